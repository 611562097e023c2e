import type { ListedObject, ObjectStore } from "../store/object-store.ts";
import { type Catalogue, changeCatalogue, historyNeededFrom } from "./catalogue.ts";
import { BASES, type BaseWatermark } from "./manifest.ts";

/** Bases kept, the current one among them. */
export const BASES_KEPT = 5;
/** How long what a dead publisher left stays: longer than any publishing takes. */
export const LEFTOVER_KEPT_MS = 86_400_000;

export interface CollectOptions {
  /** Default {@link BASES_KEPT}; at least 2, so that there is one to go back to. */
  readonly basesKept?: number;
  /** Default {@link LEFTOVER_KEPT_MS}. */
  readonly leftoverKeptMs?: number;
  readonly nowMs?: () => number;
}

export interface CollectedGarbage {
  /** Bases that can no longer be gone back to, and names that a dead publisher left. */
  readonly bases: readonly string[];
  readonly objects: number;
  /** Change history before this is no longer needed for any base. */
  readonly historyNeededFrom: BaseWatermark | undefined;
}

/**
 * Deletes old bases and leftovers. They leave the catalogue before their first file goes (C2, C4), so that nobody goes back to a base
 * that is being deleted; a collector that dies is continued by the next one.
 */
export async function collectGarbage(store: ObjectStore, options: CollectOptions = {}): Promise<CollectedGarbage> {
  const { basesKept = BASES_KEPT, leftoverKeptMs = LEFTOVER_KEPT_MS, nowMs = Date.now } = options;
  const oldMs = nowMs() - leftoverKeptMs;
  const objects = Map.groupBy(await store.list(BASES), ({ key }) => key.split("/")[1] ?? "");
  const leftovers = [...objects]
    .filter(([, own]) => own.every((each) => each.modifiedAtMs < oldMs))
    .map(([name]) => name);
  const { collecting, ...catalogue } = await changeCatalogue(store, (now) =>
    withCollecting(now, { basesKept: Math.max(2, basesKept), leftovers, oldMs }),
  );
  const garbage = collecting.flatMap((name): readonly ListedObject[] => objects.get(name) ?? []);
  for (const { key } of garbage) await store.delete(key);
  if (collecting.length > 0) {
    await changeCatalogue(store, (now) => ({
      ...now,
      collecting: now.collecting.filter((name) => !collecting.includes(name)),
    }));
  }
  await store.collectUnfinished(oldMs);
  return {
    bases: collecting,
    objects: garbage.length,
    historyNeededFrom: historyNeededFrom({ ...catalogue, collecting }),
  };
}

interface Collecting {
  readonly basesKept: number;
  readonly leftovers: readonly string[];
  readonly oldMs: number;
}

function withCollecting(now: Catalogue, { basesKept, leftovers, oldMs }: Collecting): Catalogue {
  const kept = keptNames(now, basesKept);
  const bases = now.bases.filter(({ name }) => kept.has(name));
  const publishing = now.publishing.filter(({ sinceMs }) => sinceMs >= oldMs);
  const inUse = new Set([...now.bases, ...publishing].map(({ name }) => name));
  const dropped = now.bases.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
  const collecting = [...new Set([...now.collecting, ...dropped, ...leftovers.filter((name) => !inUse.has(name))])];
  const isSame = collecting.length === now.collecting.length && publishing.length === now.publishing.length;
  return isSame ? now : { ...now, bases, publishing, collecting };
}

/** The current base, then the newest ones. */
function keptNames({ bases, current }: Catalogue, count: number): ReadonlySet<string> {
  const others = bases.map(({ name }) => name).filter((name) => name !== current);
  return new Set([
    ...(current === null ? [] : [current]),
    ...others.toReversed().slice(0, count - (current === null ? 0 : 1)),
  ]);
}
