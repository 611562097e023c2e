import type { SlotKey, Wiring } from "../../graph/wiring.ts";
import { type FeatureFacts, type FeatureReading, featureFacts } from "../feature-facts.ts";
import {
  graphParty,
  graphText,
  listText,
  named,
  nodeParty,
  nodeText,
  quoted,
  type Rule,
  resourceParty,
  slotParty,
  slotText,
} from "../rule.ts";

/** Every feature that is scored is logged, from the same snapshot, unless the scorer gives a reason. */
export const scoredIsLogged: Rule = {
  name: "scored-is-logged",
  code: "TENON1024",
  *check(wiring) {
    const { loggings } = featureFacts(wiring);
    const logsOf = Map.groupBy(loggings, (log) => log.key);
    for (const [key, { missing, scorers, elsewhere }] of unloggedFeatures(wiring)) {
      // Logged, but from another snapshot: `logged-from-scored` names both.
      const absent = missing.filter((name) => !elsewhere?.used.has(name));
      const [first, ...others] = scorers as [FeatureReading, ...FeatureReading[]];
      const slot = wiring.slots.get(key);
      const logs = logsOf.get(key) ?? [];
      if (absent.length === 0 || slot === undefined) continue;
      const who = logs.length === 0 ? graphText(wiring.graph) : listText(logs.map((log) => nodeText(log.node)));
      yield {
        severity: "error",
        message: `${nodeText(first.node)} scores ${named("feature", absent)} of ${slotText(slot)}, which ${who} does not log`,
        primary:
          logs[0] === undefined
            ? graphParty(wiring.graph, "logs nothing of it")
            : nodeParty(logs[0].node, "does not log it"),
        secondary: [
          nodeParty(first.node, `scores ${quoted(absent)}`),
          ...others.map((other) => nodeParty(other.node, "scores it too")),
          ...first.models.map(({ resource }) => resourceParty(resource, "reads it")),
          slotParty(slot, "holds it"),
        ],
        detail: { expected: `logs ⊇ scores of "${slot.key}"`, found: `without ${quoted(absent)}` },
        hint:
          logs.length === 0
            ? "add a node with `logs` on this snapshot, or give the scorer `unlogged` and the reason"
            : 'add the feature to `logs`, or log features: "all"',
      };
    }
  },
};

export interface Unlogged {
  readonly missing: readonly string[];
  readonly scorers: readonly FeatureReading[];
  /** A log of another snapshot that nobody scores, and that holds some of the missing features: it is at the wrong place. */
  readonly elsewhere: FeatureReading | undefined;
}

const known = new WeakMap<Wiring, ReadonlyMap<SlotKey, Unlogged>>();

/** Snapshot slot → features scored from it that are not logged from it, who scores them, and who logs them elsewhere. */
export function unloggedFeatures(wiring: Wiring): ReadonlyMap<SlotKey, Unlogged> {
  let unlogged = known.get(wiring);
  if (unlogged === undefined) {
    unlogged = findUnlogged(featureFacts(wiring));
    known.set(wiring, unlogged);
  }
  return unlogged;
}

function findUnlogged({ scorings, loggings }: FeatureFacts): ReadonlyMap<SlotKey, Unlogged> {
  // A log that names a snapshot it does not read (`feature-use-declared`) may be meant for any of them.
  if (loggings.some((log) => log.key === undefined)) return new Map();
  const logged = namesBySlot(loggings);
  const scored = namesBySlot(scorings);
  // Feature → the first log of a snapshot that nobody scores.
  const misplaced = new Map<string, FeatureReading>();
  for (const log of loggings) {
    if (log.key === undefined || scored.has(log.key)) continue;
    for (const name of log.used) if (!misplaced.has(name)) misplaced.set(name, log);
  }
  const missingOf = new Map<SlotKey, { missing: Set<string>; scorers: FeatureReading[] }>();
  for (const scoring of scorings) {
    const { key, schema, used, use } = scoring;
    if (key === undefined || use.unlogged !== undefined) continue;
    // A name that the snapshot does not hold is another rule's to report.
    const missing = [...used].filter((name) => schema?.has(name) && !logged.get(key)?.has(name));
    if (missing.length === 0) continue;
    const entry = missingOf.get(key) ?? { missing: new Set<string>(), scorers: [] };
    for (const name of missing) entry.missing.add(name);
    entry.scorers.push(scoring);
    missingOf.set(key, entry);
  }
  return new Map(
    [...missingOf].map(([key, { missing, scorers }]) => {
      const elsewhere = [...missing].map((name) => misplaced.get(name)).find((log) => log !== undefined);
      return [key, { missing: [...missing], scorers, elsewhere }];
    }),
  );
}

function namesBySlot(readings: readonly FeatureReading[]): ReadonlyMap<SlotKey, ReadonlySet<string>> {
  const names = new Map<SlotKey, Set<string>>();
  for (const { key, used } of readings) {
    if (key === undefined) continue;
    const known = names.get(key) ?? new Set<string>();
    for (const name of used) known.add(name);
    names.set(key, known);
  }
  return names;
}
