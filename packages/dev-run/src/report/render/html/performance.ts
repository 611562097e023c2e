import { textElement } from "@tenon/graph-core/internal";
import type { Report } from "../../report-schema.ts";
import { amount, signed } from "../shown.ts";
import { chip, folded, list, para, table } from "./parts.ts";

/** Rows that stand open; the others are folded. */
const ROWS_OPEN = 6;

type Row = Report["performance"]["rows"][number];

export function performance({ performance: all }: Report): string {
  if (all.entries === 0) return "";
  const of = (unit: Row["unit"]) => all.rows.filter((row) => row.unit === unit);
  const paths = all.criticalPath.map(
    ({ graph, base, head }) =>
      `${graph}: ${base.join(" → ")}${base.join() === head.join() ? "" : `; now ${head.join(" → ")}`}`,
  );
  return [
    para(
      `${all.entries} runs, base and head in turn, ${all.rounds} rounds each; the median of the rounds of each run. A row is flagged when its interval is without 0, it is over the budget of its team, and a second measurement says the same.`,
    ),
    textElement("h3", {}, "Processor time, ms"),
    rowTables("Processor time", of("ms")),
    ...(of("kB").length === 0
      ? []
      : [textElement("h3", {}, "Allocated in a run, kB"), rowTables("Allocation", of("kB"))]),
    all.rowsMore > 0 ? para(`${all.rowsMore} more rows that changed less are left out`, "soft") : "",
    folded("Longest paths", list(paths)),
  ].join("");
}

function rowTables(label: string, rows: readonly Row[]): string {
  const heads = [
    "what",
    "owner",
    "base p50",
    "p90",
    "p99",
    "head p50",
    "p90",
    "p99",
    "Δ mean (95 %)",
    "budget",
    "flag",
  ];
  const cells = rows.map((each) => [
    ...[each.what === "end to end" ? `${each.graph}, end to end` : each.what, each.owner],
    ...[each.base.p50, each.base.p90, each.base.p99, each.head.p50, each.head.p90, each.head.p99].map(amount),
    ...[`${signed(each.delta)} (${amount(each.low)} … ${amount(each.high)})`, amount(each.budget)],
    each.flagged ? { markup: chip("warn", "! over budget") } : "",
  ]);
  return (
    table(label, heads, cells.slice(0, ROWS_OPEN)) +
    folded(`${cells.length - ROWS_OPEN} more`, table(`${label}, the others`, heads, cells.slice(ROWS_OPEN)))
  );
}
