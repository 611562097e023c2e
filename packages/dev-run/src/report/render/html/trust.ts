/** Promises, coverage, noise, gates, what is expected. */
import type { Report } from "../../report-schema.ts";
import { percent } from "../shown.ts";
import { type Cell, chip, folded, para, table } from "./parts.ts";

const PROMISES = { ok: ["good", "✓ ok"], review: ["warn", "! look"], fail: ["bad", "✕ broken"] } as const;

export function safety({ safety: { lines } }: Report): string {
  const rows = lines.map(({ what, outcome, detail }): readonly Cell[] => {
    const [look, word] = PROMISES[outcome];
    return [{ markup: chip(look, word) }, what, detail];
  });
  return table("Promises", ["outcome", "promise", "detail"], rows);
}

export function trust({ trust: all }: Report): string {
  const strata = all.strata.map(({ graph, stratum, entries }) => [graph, stratum, String(entries)]);
  const nodes = all.nodesNotCovered.map(({ node, graph, runs }) => [node, graph, String(runs)]);
  const reasons = all.reasonsNotCovered.map(({ reason, drops }) => [reason, String(drops)]);
  const noise = all.noise.map(({ node, owner, entries, fields = [], slots }) => [
    ...[node, owner, String(entries)],
    fields.length === 0 ? slots.join(", ") : fields.map(({ field, rate }) => `${field} ${percent(rate)}`).join(", "),
  ]);
  const incomplete = all.incomplete.map(({ node, why, entries, example }) => [node, why, String(entries), example]);
  const ignored = all.ignored.map(({ field, owner, reason, until, applied }) => [
    field,
    owner,
    reason,
    until,
    String(applied),
  ]);
  const gates = (all.gates ?? []).map(({ owner, gates: texts }) => [owner, texts.join("; ")]);
  return [
    para(`${all.sampled}, in ${all.strata.length} strata.`),
    noise.length === 0
      ? para("The base gives the same twice: there is no noise.")
      : table("Noise", ["noise begins at", "owner", "runs", "fields, and share of runs"], noise),
    incomplete.length === 0
      ? ""
      : table("Runs that could not be compared whole", ["at", "why", "runs", "example"], incomplete),
    folded(
      `${nodes.length} nodes are in fewer than 30 runs`,
      table("Nodes not covered", ["node", "graph", "runs"], nodes),
    ),
    folded(
      `${reasons.length} drop reasons are in fewer than 30 drops`,
      table("Drop reasons not covered", ["reason", "drops"], reasons),
    ),
    folded(`${strata.length} strata`, table("Strata", ["graph", "stratum", "runs"], strata)),
    table("Ignored fields", ["ignored field", "owner", "reason", "until", "times"], ignored),
    folded(`Gates of ${gates.length} teams`, table("Gates of teams", ["owner", "lets pass"], gates)),
  ].join("");
}

export function expected({ expected: all }: Report): string {
  return table(
    "Expected changes",
    ["field", "direction", "bound", "met by"],
    all.map(({ field, direction, bound, finding }) => [
      field,
      direction,
      bound === null ? "" : String(bound),
      finding ?? "nothing",
    ]),
  );
}

export function owners({ owners: all }: Report): string {
  return table(
    "Who must look",
    ["owner", "changed", "affected", "findings", "worst", "agree"],
    all.map(({ owner, changed, affected, findings, worst, approve }) => [
      ...[owner, changed.join(", "), affected.join(", "), findings.join(" "), worst, approve],
    ]),
  );
}
