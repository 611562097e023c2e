/** Derives the ads of one range of keys with the handlers of the live path, at the base's snapshot. */
import type { AdDocument } from "@tenon/ads-model";
import { AdDocumentRow, AdRow, IndexDeltas } from "@tenon/nodes";
import { type AnyRead, type Key, read, type Snapshot } from "@tenon/storage-repo/api";
import type { DerivedKey, Handler, RowDeriver } from "@tenon/stream-runtime";
import type { z } from "zod";
import { type BuiltAd, FAILURES_NAMED_MAX, type Part } from "./part-file.ts";

export interface KeyRange {
  /** First key after this one; undefined begins at the first. */
  readonly after: number | undefined;
  /** Up to this key, itself included; undefined goes to the last. */
  readonly upTo: number | undefined;
}

/** Work items count from 2 on. */
const NEVER_PUBLISHED = 1n;
/** Ads derived at once: some queries for all of them, a few megabytes of rows. */
const PAGE_ADS = 500;

const AdKeys = read(AdRow, ["adGroupId"]);
/** Documents that the live path has written: their versions, and which ads it took back. */
const Published = read(AdDocumentRow, ["isServable"]);
export const PART_READS: readonly AnyRead[] = [AdKeys, Published];

/** Respond slot whose messages are what serving is told. */
export function deltasSlotOf(handlers: readonly Handler[]): string {
  for (const { sinks } of handlers) {
    const slot = Object.keys(sinks).find((name) => sinks[name]?.name === IndexDeltas.name);
    if (slot !== undefined) return slot;
  }
  throw new RangeError(`no handler sends to topic "${IndexDeltas.name}"`);
}

export interface DerivePartOptions {
  readonly snapshot: Snapshot;
  readonly deriver: RowDeriver;
  readonly deltasSlot: string;
  readonly range: KeyRange;
  readonly onPage?: (ads: number) => Promise<void> | void;
}

/**
 * A document has the version that the live path published last, and 1 where it never did: what the snapshot holds beyond that is
 * work that waits, and comes as a newer delta.
 */
export async function derivePart(options: DerivePartOptions): Promise<Part> {
  const { snapshot, deriver, deltasSlot, range } = options;
  const part = {
    ads: [] as BuiltAd[],
    deletions: [] as Part["deletions"][number][],
    failures: [] as Part["failures"][number][],
  };
  let failureCount = 0;
  for await (const keys of keysOf(snapshot, range)) {
    const published = new Map((await snapshot.rows(Published, keys as never)).map((row) => [row.key as Key, row]));
    const versionOf = (key: Key) => published.get(key)?.versions["servable"] || NEVER_PUBLISHED;
    for (const derived of await deriver.derive(snapshot, keys, versionOf)) {
      if (derived.failure !== undefined) {
        failureCount++;
        if (part.failures.length < FAILURES_NAMED_MAX)
          part.failures.push({ adId: derived.key as number, reason: reasonOf(derived) });
        continue;
      }
      for (const delta of deltasIn(derived, deltasSlot)) {
        if (delta.kind === "upsert") part.ads.push(builtAd(delta));
        else part.deletions.push({ adId: delta.adId, version: delta.version });
      }
    }
    await options.onPage?.(keys.length);
  }
  return { ...part, failureCount };
}

type IndexDelta = z.infer<typeof IndexDeltas.schema>;

function deltasIn({ messages }: DerivedKey, slot: string): readonly IndexDelta[] {
  return (messages[slot] ?? []).map(({ value }) => value as IndexDelta);
}

function builtAd({ document, vector }: Extract<IndexDelta, { kind: "upsert" }>): BuiltAd {
  return { document: document.ad as AdDocument, vector: vector === null ? null : Float32Array.from(vector) };
}

function reasonOf({ failure }: DerivedKey): string {
  return `handler "${failure?.handler}": ${failure?.error.message}`;
}

/** Keys of live ads, and of documents whose ad is gone: both in order, page by page. */
async function* keysOf(snapshot: Snapshot, range: KeyRange): AsyncGenerator<readonly number[]> {
  for (const each of [AdKeys, Published] as const) {
    for (let after = range.after; ; ) {
      const rows = await snapshot.page(each, { after, rowsMax: PAGE_ADS });
      const keys = rows.map(({ key }) => key).filter((key) => range.upTo === undefined || key <= range.upTo);
      const fresh = each === AdKeys ? keys : await withoutLive(snapshot, keys);
      if (fresh.length > 0) yield fresh;
      if (keys.length < PAGE_ADS) break;
      after = keys.at(-1);
    }
  }
}

async function withoutLive(snapshot: Snapshot, keys: readonly number[]): Promise<readonly number[]> {
  const live = new Set((await snapshot.rows(AdKeys, keys as never)).map(({ key }) => key as number));
  return keys.filter((key) => !live.has(key));
}

/** Keys after which ranges of about equal numbers of ads end; the last range has no end. */
export async function rangesOf(snapshot: Snapshot, adsPerRange: number): Promise<readonly KeyRange[]> {
  const ranges: KeyRange[] = [];
  let after: number | undefined;
  for (;;) {
    const rows = await snapshot.page(AdKeys, { after, rowsMax: adsPerRange });
    const upTo = rows.length < adsPerRange ? undefined : (rows.at(-1)?.key as number);
    ranges.push({ after, upTo });
    if (upTo === undefined) return ranges;
    after = upTo;
  }
}
