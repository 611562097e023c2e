import type { FeatureReading } from "../feature-facts.ts";
import { named, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { unloggedFeatures } from "./scored-is-logged.ts";

/**
 * The log record is built from the snapshot that was scored, not from an earlier or later one of the same features: what
 * a node changes in between would be missing from the log.
 */
export const loggedFromScored: Rule = {
  name: "logged-from-scored",
  code: "TENON1025",
  *check(wiring) {
    for (const [key, { missing, scorers, elsewhere: log }] of unloggedFeatures(wiring)) {
      const scored = wiring.slots.get(key);
      const other = log?.key === undefined ? undefined : wiring.slots.get(log.key);
      const [first, ...others] = scorers as [FeatureReading, ...FeatureReading[]];
      if (log === undefined || other === undefined || scored === undefined) continue;
      const shared = missing.filter((name) => log.used.has(name));
      yield {
        severity: "error",
        message: `${nodeText(log.node)} logs ${named("feature", shared)} from ${slotText(other)}, but ${nodeText(first.node)} scores from ${slotText(scored)}`,
        primary: nodeParty(log.node, `logs from "${other.key}"`),
        secondary: [
          nodeParty(first.node, `scores from "${scored.key}"`),
          ...others.map((reading) => nodeParty(reading.node, "scores it too")),
          ...scored.writers.map((writer) => nodeParty(writer, `writes "${scored.key}", which may differ`)),
          slotParty(other, "is logged"),
          slotParty(scored, "is scored"),
        ],
        detail: { expected: `logged from "${scored.key}"`, found: `logged from "${other.key}"` },
        hint: `let node "${log.node.name}" read and log "${scored.key}", the snapshot that was scored`,
      };
    }
  },
};
