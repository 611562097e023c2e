/** What differs in numbers: metrics, fields, lists of ads. */
import type { Report } from "../../report-schema.ts";
import { amount, cell, fieldName, percent, signed } from "../shown.ts";
import { folded, para, table } from "./parts.ts";

/** Rows that stand open; the others are folded. */
const FIELDS_OPEN = 10;

export function metrics({ metrics: all }: Report): string {
  const differing = all.filter(({ note }) => note === "");
  const same = all.filter(({ note }) => note !== "");
  const rows = differing.map((each) => [
    ...[each.name, each.unit, amount(each.base), amount(each.head), signed(each.delta)],
    ...[each.deltaShare === null ? "" : percent(each.deltaShare), `${amount(each.low)} … ${amount(each.high)}`],
    ...[each.q.toPrecision(2), String(each.n), each.test],
    each.segment === null ? "" : `${each.segment.name} ${signed(each.segment.delta)} (n ${each.segment.n})`,
  ]);
  const heads = ["metric", "unit", "base", "head", "Δ", "Δ %", "95 %", "q", "n", "test", "most in"];
  return (
    table("Business metrics, paired by request", heads, rows) +
    folded(
      `${same.length} metrics do not differ`,
      same.length === 0
        ? ""
        : table(
            "Metrics that do not differ",
            ["metric", "both", "how sure"],
            same.map(({ name, base, note }) => [name, amount(base), note]),
          ),
    )
  );
}

export function fields({ fields: all }: Report): string {
  return all.length === 0 ? "" : fieldTable(all);
}

export function fieldTable(all: Report["fields"]): string {
  const heads = [
    ...["field", "type", "runs changed", "values changed", "noise", "net", "max Δ", "max rel.", "psi", "ks"],
    ...["churn", "Δ null", "tolerance", "first at", "example"],
  ];
  const rows = all.map((each) => {
    const [first] = each.examples;
    const values = each.cellsChanged + each.cellsOnlyInBase + each.cellsOnlyInHead;
    return [
      ...[fieldName(each), each.type, `${each.entriesChanged} of ${each.entriesCompared}`, String(values)],
      ...[percent(each.noiseRate), percent(each.netRate)],
      ...[each.absoluteErrorMax, each.relativeErrorMax, each.psi, each.ks, each.topChurn].map((value) =>
        value === null ? "" : amount(value),
      ),
      ...[percent(each.nullRateHead - each.nullRateBase), each.tolerance, each.firstNode],
      first === undefined ? "" : `${first.requestId} ${first.row}: ${cell(first.base)} → ${cell(first.head)}`,
    ];
  });
  const [label, rest] = ["Fields that differ", rows.slice(FIELDS_OPEN)];
  return (
    table(label, heads, rows.slice(0, FIELDS_OPEN)) +
    folded(`${rest.length} more fields`, table(`${label}, the others`, heads, rest))
  );
}

export function lists({ rankings: all }: Report): string {
  if (all.lists === 0) return "";
  const likeness = [
    `overlap@1 ${all.overlapAt1.toFixed(3)}`,
    `overlap@4 ${all.overlapAt4.toFixed(3)}`,
    `Kendall τ ${all.kendallTau?.toFixed(3) ?? "none"}`,
    `rank-biased overlap ${all.rankBiasedOverlap.toFixed(3)}`,
  ];
  const rows = all.changes.map(({ requestId, adId, change, why }) => [requestId, String(adId), change, why]);
  return [
    para(`${all.listsChanged} of ${all.lists} lists changed: ${likeness.join(", ")}`),
    table("Ads that entered and left", ["request", "ad", "change", "why"], rows),
    all.changesMore > 0 ? para(`and ${all.changesMore} more`) : "",
  ].join("");
}
