/** Which fields differ between two runs of the same code, and how often: what is subtracted from every comparison with it. */
import type { SlotKey } from "@tenon/graph-core";
import type { EntryPlace, EntryValues, OpenAnswer, RanEntry } from "../versions/protocol.ts";
import type { VersionProcess } from "../versions/version-process.ts";
import { evenly } from "./evenly.ts";
import { fieldDiffs } from "./field-diffs.ts";
import { differingSlots } from "./first-divergence.ts";
import { placeKey } from "./place-key.ts";

/** Entries of one graph whose values are fetched twice. The rate of the others is taken from these. */
export const NOISY_ENTRIES_MAX = 60;

export interface NoisyField {
  /** Entries of the graph in which the slot was there, and the share of them in which the field differed. */
  readonly entries: number;
  readonly rate: number;
  /** Entries, by place, in which it was seen to differ. */
  readonly differsIn: ReadonlySet<string>;
}

/** Graph and slot, as `graph slot` → path → noise. Empty where the base repeats itself. */
export type FieldNoise = ReadonlyMap<string, ReadonlyMap<string, NoisyField>>;

export function noiseKey(graph: string, slot: SlotKey): string {
  return `${graph} ${slot}`;
}

interface TwoRuns {
  readonly opened: OpenAnswer;
  readonly runs: readonly RanEntry[];
  readonly again: readonly RanEntry[];
  readonly first: VersionProcess;
  readonly second: VersionProcess;
}

export async function fieldNoise({ opened, runs, again, first, second }: TwoRuns): Promise<FieldNoise> {
  const others = new Map(again.map((run) => [placeKey(run.place), run]));
  const pairs = runs.flatMap((run) => {
    const other = others.get(placeKey(run.place));
    const graph = opened.corpora[run.place.corpus]?.entries[run.place.at]?.graph;
    return other === undefined || graph === undefined ? [] : [{ graph, run, slots: differingSlots(run, other) }];
  });
  const noise = new Map<string, ReadonlyMap<string, NoisyField>>();
  for (const [graph, all] of Map.groupBy(pairs, (pair) => pair.graph)) {
    const noisy = all.filter(({ slots }) => slots.length > 0);
    if (noisy.length === 0) continue;
    const asked = evenly(noisy, NOISY_ENTRIES_MAX).map(({ run }) => run.place);
    const slots = [...new Set(noisy.flatMap((each) => each.slots))];
    const [left, right] = await valuesOf([first, second], asked, slots);
    const rules = opened.graphs.find(({ name }) => name === graph)?.rules ?? {};
    for (const slot of slots) {
      const slotDiffers = noisy.filter((each) => each.slots.includes(slot)).length;
      const entries = all.filter(({ run }) => run.slots[slot] !== undefined).length;
      const differsIn = new Map<string, Set<string>>();
      for (const place of asked) {
        const [base, head] = [left, right].map((values) => values.get(placeKey(place))?.values[slot]);
        for (const { path } of fieldDiffs(slot, [{ requestId: "", base, head }], rules[slot])) {
          const seen = differsIn.get(path) ?? new Set();
          differsIn.set(path, seen.add(placeKey(place)));
        }
      }
      const share = slotDiffers / Math.max(1, entries);
      const fields = [...differsIn].map(([path, seen]) => {
        const rate =
          asked.length === noisy.length ? seen.size / Math.max(1, entries) : (share * seen.size) / asked.length;
        return [path, { entries, rate: Math.min(1, rate), differsIn: seen }] as const;
      });
      noise.set(noiseKey(graph, slot), new Map(fields));
    }
  }
  return noise;
}

async function valuesOf(
  versions: readonly [VersionProcess, VersionProcess],
  entries: readonly EntryPlace[],
  slots: readonly SlotKey[],
): Promise<readonly [ReadonlyMap<string, EntryValues>, ReadonlyMap<string, EntryValues>]> {
  const question = { kind: "values", entries, slots } as const;
  const [left, right] = await Promise.all(versions.map((version) => version.each<EntryValues>(question)));
  const byPlace = (all: readonly EntryValues[] = []) => new Map(all.map((each) => [placeKey(each.place), each]));
  return [byPlace(left), byPlace(right)];
}
