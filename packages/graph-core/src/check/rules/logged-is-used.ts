import { type FeatureReading, featureFacts } from "../feature-facts.ts";
import { nodeParty, nodeText, quoted, type Rule, slotParty, slotText } from "../rule.ts";
import { unloggedFeatures } from "./scored-is-logged.ts";

/** What is logged is scored, or kept for analysis on purpose: logs that nobody reads cost storage and trust. */
export const loggedIsUsed: Rule = {
  name: "logged-is-used",
  code: "TENON1029",
  *check(wiring) {
    const { scorings, loggings, undeclared } = featureFacts(wiring);
    const scorersOf = Map.groupBy(scorings, (scoring) => scoring.key);
    // Scored from another snapshot: then the log is at the wrong place, which `logged-from-scored` reports.
    const misplaced = new Set([...unloggedFeatures(wiring).values()].map((each) => each.elsewhere));
    // A scorer that names a snapshot it does not read, or reads features without a word, may use any: until
    // `feature-use-declared` is content, nothing is unused.
    if (scorings.some((scoring) => scoring.key === undefined)) return;
    const unclear = new Set(undeclared.map(({ key }) => key));
    for (const log of loggings) {
      if (log.key === undefined || misplaced.has(log) || unclear.has(log.key)) continue;
      const scorers = scorersOf.get(log.key) ?? [];
      const scored = new Set(scorers.flatMap((scoring) => [...scoring.used]));
      const unused = unusedFeatures(log, scored);
      for (const feature of unused) {
        const slot = slotText(log.use.snapshot);
        const who =
          scorers.length === 0 ? "no node scores" : `${nodeText((scorers[0] as FeatureReading).node)} does not score`;
        yield {
          severity: "warning",
          message: `${nodeText(log.node)} logs feature "${feature.name}" (owner ${feature.owner}) of ${slot}, which ${who}`,
          primary: {
            kind: "feature",
            name: feature.name,
            owner: feature.owner,
            place: log.use.snapshot.place,
            label: "is not scored",
          },
          secondary: [
            nodeParty(log.node, "logs it"),
            ...scorers.map(({ node, used }) => nodeParty(node, `scores ${quoted([...used])}`)),
            slotParty(log.use.snapshot, "holds it"),
          ],
          detail: { expected: 'a model that reads it, or keptFor: "analysis"', found: "neither" },
          hint: 'remove the feature, let a model read it, or mark it keptFor: "analysis" in the feature schema',
        };
      }
    }
  },
};

function unusedFeatures({ schema, used }: FeatureReading, scored: ReadonlySet<string>) {
  if (schema === undefined) return [];
  return [...used]
    .filter((name) => schema.has(name) && !scored.has(name))
    .map((name) => schema.declaration(name))
    .filter((feature) => feature.keptFor === undefined);
}
