/** Derives the ads of one range of keys with the handlers of the live path, at the base's snapshot. */
import type { AdDocument } from "@tenon/ads-model";
import { AdDocumentRow, IndexDeltas } from "@tenon/nodes";
import type { Queryable } from "@tenon/postgres";
import { tombstonesOf } from "@tenon/storage-repo";
import type { AnyRead, Key, Snapshot } from "@tenon/storage-repo/api";
import { type DerivedKey, type Handler, RowDeriver, type RowDeriverOptions } from "@tenon/stream-runtime";
import type { z } from "zod";
import { Standings } from "../collect-garbage/standing.ts";
import { type AdsPage, type KeyRange, pagesOfRange, RANGE_READS } from "./pages-of-range.ts";
import { type BuiltAd, FAILURES_NAMED_MAX, type Part } from "./part-file.ts";

/** Work items count from 2 on. */
const NEVER_PUBLISHED = 1n;
/** Of runs; the same graphs run at a hundredth in the live path, and a checked run costs ten others. */
const CHECKED_SHARE = 0.001;
/** Ads derived at once: some queries for all of them, a few megabytes of rows. */
const PAGE_ADS = 500;

export class PartDeriver {
  /** What a snapshot must be opened with. */
  readonly reads: readonly AnyRead[];
  readonly #deriver: RowDeriver;
  readonly #standings: Standings;
  readonly #deltasSlot: string;

  /** @throws RangeError when no handler tells the index */
  constructor({ handlers, resources }: Pick<RowDeriverOptions, "handlers" | "resources">) {
    // Of a base only what serving is told is kept.
    this.#deriver = new RowDeriver({ handlers, resources, wanted: "messages", checkedShare: CHECKED_SHARE });
    this.#standings = new Standings(handlers);
    this.#deltasSlot = deltasSlotOf(handlers);
    this.reads = [...RANGE_READS, ...this.#deriver.reads, ...this.#standings.reads];
  }

  /**
   * A document has the version that the live path published last, and 1 where it never did: what the snapshot holds beyond that is
   * work that waits, and comes as a newer delta. A document whose ad is gone is a deletion at that version. Documents that were
   * collected stay away while their ad is archived.
   *
   * @param tx of the snapshot
   */
  async derive(snapshot: Snapshot, tx: Queryable, range: KeyRange): Promise<Part> {
    const part = {
      ads: [] as BuiltAd[],
      deletions: [] as Part["deletions"][number][],
      failures: [] as Part["failures"][number][],
    };
    let [failureCount, collectedCount] = [0, 0];
    for await (const page of pagesOfRange(snapshot, range, PAGE_ADS)) {
      const collected = await this.#collectedOf(page, snapshot, tx);
      collectedCount += collected.size;
      const versionOf = (key: Key) => page.publishedVersions.get(key as number) || NEVER_PUBLISHED;
      for (const adId of page.gone) part.deletions.push({ adId, version: Number(versionOf(adId)) });
      const keys = page.live.filter((key) => !collected.has(key));
      for (const derived of await this.#deriver.derive(snapshot, keys, versionOf)) {
        if (derived.failure !== undefined) {
          failureCount++;
          if (part.failures.length < FAILURES_NAMED_MAX)
            part.failures.push({ adId: derived.key as number, reason: reasonOf(derived) });
          continue;
        }
        for (const delta of deltasIn(derived, this.#deltasSlot)) {
          if (delta.kind === "upsert") part.ads.push(builtAd(delta));
          else part.deletions.push({ adId: delta.adId, version: delta.version });
        }
      }
    }
    return { ...part, failureCount, collectedCount };
  }

  /** Ads whose document is a tombstone, and that nothing has brought back since by the rows of the snapshot. */
  async #collectedOf(
    { live, publishedVersions }: AdsPage,
    snapshot: Snapshot,
    tx: Queryable,
  ): Promise<ReadonlySet<Key>> {
    const unpublished = live.filter((key) => !publishedVersions.has(key));
    if (unpublished.length === 0) return new Set();
    const removed = (await tombstonesOf(tx, AdDocumentRow, unpublished)).map(({ key }) => key);
    const standings = await this.#standings.of(snapshot, removed);
    return new Set(removed.filter((key) => standings.get(key)?.status === "archived"));
  }
}

/** Respond slot whose messages are what serving is told. */
function deltasSlotOf(handlers: readonly Handler[]): string {
  for (const { sinks } of handlers) {
    const slot = Object.keys(sinks).find((name) => sinks[name]?.name === IndexDeltas.name);
    if (slot !== undefined) return slot;
  }
  throw new RangeError(`no handler sends to topic "${IndexDeltas.name}"`);
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
