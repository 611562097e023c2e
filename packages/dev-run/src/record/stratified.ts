import type { RecordedEntry } from "../corpus/recorded-entry.ts";
import { Reservoirs } from "./reservoirs.ts";

/** A run and the strata it counts for, its own among them. */
export interface StratifiedRun {
  readonly entry: RecordedEntry;
  readonly strata: readonly string[];
}

/** So many runs of each stratum, each with the same chance, in the order they came. @param random in [0, 1) */
export async function stratified(
  runs: AsyncIterable<StratifiedRun>,
  perStratumMax: number,
  random: () => number,
): Promise<readonly RecordedEntry[]> {
  const reservoirs = new Reservoirs(perStratumMax, random);
  const kept = new Map<number, RecordedEntry>();
  let number = 0;
  for await (const { entry, strata } of runs) {
    const places = reservoirs.draw(strata);
    if (places.length === 0) continue;
    kept.set(number, entry);
    for (const gone of reservoirs.put(number++, places)) kept.delete(gone);
  }
  return [...kept.values()];
}
