import { badBaseFile, nothingPublished, unknownBase } from "../errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { baseBefore, type Catalogue, changeCatalogue, type KeptBase, readCatalogue } from "./catalogue.ts";
import { type FileProblem, readManifest, verifyFiles } from "./check-files.ts";
import type { BaseManifest, BaseWatermark } from "./manifest.ts";

export interface RollbackOptions {
  readonly reason: string;
  readonly nowMs?: () => number;
}

export interface Rollback {
  readonly from: string;
  readonly to: string;
  /** Changes from here on are to be applied again: the history has to reach back to it. */
  readonly replayFrom: BaseWatermark;
  readonly catalogue: Catalogue;
}

/**
 * Makes a kept base the current one, older or newer. All of its files are read first.
 *
 * @throws GraphError TENON1438 no such base, TENON1439 nothing is published, TENON1440 one of its files is not what was published
 */
export async function rollback(
  store: ObjectStore,
  to: string,
  { reason, nowMs = Date.now }: RollbackOptions,
): Promise<Rollback> {
  const before = await readCatalogue(store);
  const { watermark } = await requireSound(store, before, to);
  let from = before.current ?? "";
  const catalogue = await changeCatalogue(store, (now) => {
    keptBase(store, now, to);
    from = now.current ?? "";
    if (from === to) return now;
    return { ...now, current: to, history: [{ base: to, atMs: nowMs(), by: "rollback", reason }, ...now.history] };
  });
  return { from, to, replayFrom: watermark, catalogue };
}

async function requireSound(store: ObjectStore, catalogue: Catalogue, to: string): Promise<KeptBase> {
  const kept = keptBase(store, catalogue, to);
  const previous = baseBefore(catalogue, to);
  const [problem] = await verifyFiles(store, await readManifest(store, kept, previous));
  if (problem !== undefined) throw badBaseFile(to, problem, previous);
  return kept;
}

/** @throws GraphError TENON1438, TENON1439 */
export function keptBase(store: ObjectStore, { bases, current }: Catalogue, name: string | null = current): KeptBase {
  if (name === null) throw nothingPublished(store.name);
  const kept = bases.find((base) => base.name === name);
  if (kept !== undefined) return kept;
  throw unknownBase(name, bases.map((base) => base.name).reverse());
}

export interface VerifiedBase {
  readonly manifest: BaseManifest;
  readonly problems: readonly FileProblem[];
}

/** Reads every file of a base, by default the current one. @throws GraphError TENON1438, TENON1439, TENON1440 for its manifest */
export async function verifyBase(store: ObjectStore, name?: string): Promise<VerifiedBase> {
  const catalogue = await readCatalogue(store);
  const kept = keptBase(store, catalogue, name);
  const manifest = await readManifest(store, kept, baseBefore(catalogue, kept.name));
  return { manifest, problems: await verifyFiles(store, manifest) };
}
