import type { SlotKey, Wiring } from "../../graph/wiring.ts";
import { type FeatureReading, featureFacts } from "../feature-facts.ts";
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
    for (const [key, { missing, scorers }] of unloggedFeatures(wiring)) {
      // Logged, but from another snapshot: `logged-from-scored` names both.
      const elsewhere = new Set(loggings.filter((log) => log.key !== key).flatMap((log) => [...log.used]));
      const absent = missing.filter((name) => !elsewhere.has(name));
      const [first, ...others] = scorers as [FeatureReading, ...FeatureReading[]];
      const slot = wiring.slots.get(key);
      const logs = loggings.filter((log) => log.key === key);
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

interface Unlogged {
  readonly missing: readonly string[];
  readonly scorers: readonly FeatureReading[];
}

/** Snapshot slot → features scored from it that are not logged from it, and who scores them. */
export function unloggedFeatures(wiring: Wiring): ReadonlyMap<SlotKey, Unlogged> {
  const { scorings, loggings } = featureFacts(wiring);
  const logged = new Map<SlotKey, Set<string>>();
  for (const { key, used } of loggings) {
    if (key === undefined) continue;
    const names = logged.get(key) ?? new Set<string>();
    for (const name of used) names.add(name);
    logged.set(key, names);
  }
  const unlogged = new Map<SlotKey, { missing: Set<string>; scorers: FeatureReading[] }>();
  for (const scoring of scorings) {
    const { key, schema, used, use } = scoring;
    if (key === undefined || use.unlogged !== undefined) continue;
    // A name that the snapshot does not hold is another rule's to report.
    const missing = [...used].filter((name) => schema?.has(name) && !logged.get(key)?.has(name));
    if (missing.length === 0) continue;
    const entry = unlogged.get(key) ?? { missing: new Set<string>(), scorers: [] };
    for (const name of missing) entry.missing.add(name);
    entry.scorers.push(scoring);
    unlogged.set(key, entry);
  }
  return new Map([...unlogged].map(([key, { missing, scorers }]) => [key, { missing: [...missing], scorers }]));
}
