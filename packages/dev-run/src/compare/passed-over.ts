/** Which of the slots that differ are no difference: within their tolerance, or in fields that differ between two runs of the base. */
import type { SlotKey } from "@tenon/graph-core";
import { mcNemar } from "../statistics/paired.ts";
import type { Compared, ComparedEntry } from "./compared.ts";
import { evenly } from "./evenly.ts";
import { fieldDiffs } from "./field-diffs.ts";
import { type FieldNoise, NOISY_ENTRIES_MAX, noiseKey } from "./field-noise.ts";
import { rulesOf } from "./field-rules.ts";
import { differingSlots, divergenceOf, stageDigest } from "./first-divergence.ts";
import { placeKey } from "./place-key.ts";
import type { UnionGraph } from "./union-graph.ts";
import { valuesOfBoth } from "./values-of-both.ts";

/** A noisy field that differs in more entries than noise explains, at this level, is a change all the same. */
const MORE_THAN_NOISE_P = 0.01;

/** The same entries without what is no difference. */
export async function withoutToleratedAndNoise(compared: Compared, noise: FieldNoise): Promise<Compared> {
  const entries = new Map(compared.entries.map((entry) => [entry, entry]));
  for (const graph of compared.graphs) {
    const ofGraph = compared.entries.filter((entry) => entry.graph === graph.name);
    const stages = noisyStages(graph, ofGraph);
    const passed = await passedOverIn({ compared, graph, entries: ofGraph, noise });
    for (const entry of stages.size > 0 ? ofGraph : passed.keys()) {
      const slots = passed.get(entry) ?? new Set();
      entries.set(entry, { ...entry, divergence: divergenceOf(graph, entry.base, entry.head, { slots, stages }) });
    }
  }
  return { ...compared, entries: [...entries.values()] };
}

interface OfGraph {
  readonly compared: Compared;
  readonly graph: UnionGraph;
  readonly entries: readonly ComparedEntry[];
  readonly noise: FieldNoise;
}

type PassedOver = ReadonlyMap<ComparedEntry, ReadonlySet<SlotKey>>;
/** Of an entry: slot → paths at which its two values differ. */
type DifferingPaths = ReadonlyMap<SlotKey, ReadonlySet<string>>;

async function passedOverIn({ compared, graph, entries, noise }: OfGraph): Promise<PassedOver> {
  const rules = rulesOf(graph);
  const noisy = graph.nodes.flatMap(({ writes }) => writes).filter((slot) => noise.has(noiseKey(graph.name, slot)));
  // Only values tell: digests of slots with rules may differ in the last bit, those of noisy slots anyhow.
  const special = new Set([...rules.keys(), ...noisy]);
  const passed = new Map<ComparedEntry, Set<SlotKey>>();
  const pass = (entry: ComparedEntry, slot: SlotKey) => passed.set(entry, (passed.get(entry) ?? new Set()).add(slot));
  const open = entries.filter((entry) => mayBePassedOver(graph, entry, special));
  const [ofNoise, ofRules] = [
    open.filter((entry) => differs(entry, noisy)),
    open.filter((entry) => !differs(entry, noisy)),
  ];
  const looked = [...ofRules, ...evenly(ofNoise, NOISY_ENTRIES_MAX)];
  const paths = new Map<ComparedEntry, DifferingPaths>();
  for (const { entry, base, head } of await valuesOfBoth(compared, looked, [...special])) {
    const differing = differingSlots(entry.base, entry.head).filter((slot) => special.has(slot));
    const ofEntry = differing.map((slot) => {
      const pair = { requestId: "", base: base.values[slot], head: head.values[slot] };
      return [slot, new Set(fieldDiffs(slot, [pair], rules.get(slot)).map(({ path }) => path))] as const;
    });
    paths.set(entry, new Map(ofEntry));
  }
  const changed = changedDespiteNoise(graph, paths, noise);
  for (const [entry, bySlot] of paths) {
    for (const [slot, differing] of bySlot) {
      const known = noise.get(noiseKey(graph.name, slot));
      const isNoise = (path: string) => known?.has(path) === true && !changed.has(`${slot} ${path}`);
      if ([...differing].every(isNoise)) pass(entry, slot);
    }
  }
  // Of those that nobody looked at, a noisy slot is taken to differ as it does in the others.
  const isChanged = (slot: SlotKey) =>
    [...paths].some(([entry, bySlot]) => bySlot.has(slot) && !passed.get(entry)?.has(slot));
  for (const entry of ofNoise.filter((each) => !looked.includes(each)))
    for (const slot of noisy) if (!isChanged(slot)) pass(entry, slot);
  return passed;
}

/** Filters that drop the same ads for other reasons from run to run. */
function noisyStages({ nodes }: UnionGraph, entries: readonly ComparedEntry[]): ReadonlySet<string> {
  const noisy = nodes.filter(({ name }) =>
    entries.some(({ base, again }) => stageDigest(base, name) !== stageDigest(again, name)),
  );
  return new Set(noisy.map(({ name }) => name));
}

/** Whether a root of the entry gives something else in such slots alone: another root is one whatever these hold. */
function mayBePassedOver(graph: UnionGraph, entry: ComparedEntry, special: ReadonlySet<SlotKey>): boolean {
  if (special.size === 0) return false;
  const differing = new Set(differingSlots(entry.base, entry.head));
  return [...entry.divergence.keys()].some((root) => {
    const own = graph.nodes.find(({ name }) => name === root)?.writes.filter((slot) => differing.has(slot)) ?? [];
    return own.length > 0 && own.some((slot) => special.has(slot));
  });
}

function differs({ base, head }: ComparedEntry, slots: readonly SlotKey[]): boolean {
  return slots.some((slot) => base.slots[slot] !== head.slots[slot]);
}

/** Noisy fields, as `slot path`, that differ from the head more often than the base differs from itself. */
function changedDespiteNoise(
  graph: UnionGraph,
  paths: ReadonlyMap<ComparedEntry, ReadonlyMap<SlotKey, ReadonlySet<string>>>,
  noise: FieldNoise,
): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const slot of new Set([...paths.values()].flatMap((bySlot) => [...bySlot.keys()]))) {
    for (const [path, { differsIn }] of noise.get(noiseKey(graph.name, slot)) ?? []) {
      const toHead = new Set(
        [...paths].flatMap(([entry, bySlot]) => (bySlot.get(slot)?.has(path) === true ? [placeKey(entry.place)] : [])),
      );
      const [more, less] = [toHead.difference(differsIn).size, differsIn.difference(toHead).size];
      if (more > less && mcNemar(more, less) < MORE_THAN_NOISE_P) changed.add(`${slot} ${path}`);
    }
  }
  return changed;
}
