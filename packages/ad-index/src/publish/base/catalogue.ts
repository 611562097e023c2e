/**
 * The catalogue: which base is current, which ones may be gone back to, who is publishing. The only object that ever changes.
 *
 * C1 Every change is a compare-and-set of the whole catalogue. Publishing, rolling back and collecting garbage are so put in one
 *    order, and none acts on what another has changed.
 * C2 A base is in `bases` only after all of its files and its manifest were read back; nothing of it is deleted while it is there.
 * C3 The files of a base in `publishing` are not garbage, however old they are.
 * C4 Files are deleted only of bases in `collecting`, and nobody publishes under those names.
 */
import { randomUUID } from "node:crypto";
import { publishConflict, unreadable } from "../errors.ts";
import { readAll } from "../store/body.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type BaseWatermark, encoded, parsed } from "./manifest.ts";

export const CATALOGUE_KEY = "CURRENT";
const CATALOGUE_FORMAT = 1;
/** Swaps that are remembered. */
const HISTORY_MAX = 100;
/** Tries of one change, each but the last lost against another. */
const CHANGE_TRIES_MAX = 16;

export interface KeptBase {
  readonly name: string;
  readonly manifestSha256: string;
  readonly watermark: BaseWatermark;
  readonly publishedAtMs: number;
}

export interface Swap {
  readonly base: string;
  readonly atMs: number;
  readonly by: "publish" | "rollback";
  readonly reason?: string;
}

export interface Catalogue {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly revision: number;
  /** Another one for every write: no two catalogues are equal, and a writer knows its own. */
  readonly writtenBy: string;
  /** `null` before the first base. */
  readonly current: string | null;
  /** In the order in which they were published. */
  readonly bases: readonly KeptBase[];
  readonly publishing: readonly { readonly name: string; readonly sinceMs: number }[];
  readonly collecting: readonly string[];
  /** Newest first. */
  readonly history: readonly Swap[];
}

const EMPTY: Catalogue = {
  ...{ format: CATALOGUE_FORMAT, revision: 0, writtenBy: "", current: null },
  ...{ bases: [], publishing: [], collecting: [], history: [] },
};

/** @throws GraphError TENON1441 */
export async function readCatalogue(store: ObjectStore): Promise<Catalogue> {
  return (await readTagged(store)).catalogue;
}

/**
 * Changes the catalogue, again where another change came between. `changed` looks at the newest one and throws to give up; when it
 * returns what it was given, nothing is written.
 *
 * @throws GraphError TENON1436 when others were first too often, TENON1441
 */
export async function changeCatalogue(
  store: ObjectStore,
  changed: (catalogue: Catalogue) => Catalogue,
): Promise<Catalogue> {
  for (let tries = 0; tries < CHANGE_TRIES_MAX; tries++) {
    const { catalogue, etag } = await readTagged(store);
    const wanted = changed(catalogue);
    if (wanted === catalogue) return catalogue;
    const next = {
      ...wanted,
      ...{ revision: catalogue.revision + 1, writtenBy: randomUUID() },
      history: wanted.history.slice(0, HISTORY_MAX),
    };
    const body = encoded(next);
    const written =
      etag === undefined
        ? await store.putIfAbsent(CATALOGUE_KEY, body)
        : await store.putIfMatch(CATALOGUE_KEY, body, etag);
    if (written !== undefined) return next;
  }
  throw publishConflict(
    "the catalogue was not changed",
    "a moment without other changes",
    `${CHANGE_TRIES_MAX} of them`,
  );
}

/** The base before that one, to go back to; `undefined` when it is the oldest. */
export function baseBefore({ bases }: Catalogue, name: string): string | undefined {
  const at = bases.findIndex((base) => base.name === name);
  return bases[(at < 0 ? bases.length : at) - 1]?.name;
}

/** The earliest place of the change feed that any kept base needs: history is kept from there on. */
export function historyNeededFrom({ bases }: Catalogue): BaseWatermark | undefined {
  return bases
    .map(({ watermark }) => watermark)
    .reduce<BaseWatermark | undefined>(
      (least, each) => (least === undefined || BigInt(each.position) < BigInt(least.position) ? each : least),
      undefined,
    );
}

async function readTagged(store: ObjectStore): Promise<{ readonly catalogue: Catalogue; readonly etag?: string }> {
  const stored = await store.get(CATALOGUE_KEY);
  if (stored === undefined) return { catalogue: EMPTY };
  const what = `the catalogue of ${store.name}`;
  const catalogue = parsed(await readAll(stored), what) as unknown as Catalogue;
  if (catalogue.format !== CATALOGUE_FORMAT) {
    throw unreadable(what, `format ${catalogue.format}, expected ${CATALOGUE_FORMAT}`);
  }
  return { catalogue, etag: stored.etag };
}
