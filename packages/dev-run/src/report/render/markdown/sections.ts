import type { Report } from "../../report-schema.ts";
import { amount, percent, signed } from "../shown.ts";
import type { Shown } from "./shown-parts.ts";
import { code, folded, list, section, table, text } from "./words.ts";

export function graphDiff({ graphDiff: diff }: Report, { rows, mermaid }: Shown): string {
  if (diff.nodes.length === 0 && diff.filesChanged.length === 0) return "";
  const nodes = table(
    ["node", "owner", "change", "cause", "what"],
    diff.nodes.map(({ node, owner, change, causes, what }) => [
      code(node),
      text(owner),
      change,
      causes.join(", "),
      text(what),
    ]),
    rows,
  );
  const slots = diff.slots.map(({ slot, change }) => [code(slot), change]);
  const edges = [
    ...diff.edges.added.map((edge) => [`+ ${text(edge)}`]),
    ...diff.edges.removed.map((edge) => [`− ${text(edge)}`]),
  ];
  const parts = [
    nodes,
    slots.length > 0 ? table(["slot", "change"], slots, rows) : "",
    edges.length > 0 ? table(["edge"], edges, rows) : "",
  ];
  if (mermaid && diff.mermaid !== "")
    parts.push(folded("The changed neighbourhood", `\`\`\`mermaid\n${diff.mermaid}\`\`\``));
  return section("Graph", parts.filter(Boolean).join("\n\n"));
}

export function safety({ safety: { lines } }: Report): string {
  const marks = { ok: "✅", fail: "❌", review: "🟡" } as const;
  return section(
    "Contract and safety",
    table(
      ["", "promise", ""],
      lines.map(({ what, outcome, detail }) => [marks[outcome], text(what), text(detail)]),
      lines.length,
    ),
  );
}

export function documents({ documents: all }: Report, { rows }: Shown): string {
  if (all.runs === 0) return "";
  const { outcome, detail } = all.convergence;
  const line = `${all.runs} runs · ${all.added} documents added, ${all.removed} removed, ${all.changed} changed · ${all.bytes.base} → ${all.bytes.head} bytes written`;
  const columns = all.columns.map(({ handler, column, documents: count, example }) => [
    text(handler),
    code(column),
    String(count),
    text(example),
  ]);
  const handlers = all.handlers.map(({ handler, change, documents: count }) => [
    text(handler),
    text(change),
    `${count.base} → ${count.head}`,
  ]);
  const costs = (all.indexing?.costs ?? []).map(({ kind, changes, base, head }) => [
    ...[text(kind), String(changes), both(base?.writes, head?.writes), both(base?.messages, head?.messages)],
    ...[both(base?.hops, head?.hops), both(base?.chainMs, head?.chainMs)],
  ]);
  const costHeads = ["change", "seen", "rows written", "messages", "hops to the document", "graphs of the hops, ms"];
  const parts = [
    line,
    `${CONVERGENCE[outcome]} deltas and a base: ${text(detail)}`,
    columns.length > 0 ? table(["handler", "column", "documents", "example"], columns, rows) : "",
    handlers.length > 0 ? table(["handler", "change", "documents"], handlers, rows) : "",
    costs.length > 0 ? folded("Cost of one change", table(costHeads, costs, rows)) : "",
  ];
  return section("Documents", parts.filter(Boolean).join("\n\n"));
}

const CONVERGENCE = { equal: "✅", different: "❌", notChecked: "⚪" } as const;

function both(base: number | undefined, head: number | undefined): string {
  const [left, right] = [base, head].map((value) => (value === undefined ? "?" : amount(value)));
  return left === right ? String(right) : `${left} → ${right}`;
}

/** Rows of each unit. */
const TIMES_MAX = 12;

export function performance({ performance: all }: Report, { rows }: Shown): string {
  if (all.entries === 0) return "";
  const rowsOf = (unit: string) => all.rows.filter((each) => each.unit === unit).slice(0, Math.min(rows, TIMES_MAX));
  const shown = [...rowsOf("ms"), ...rowsOf("kB")];
  const cells = shown.map((each) => [
    each.flagged ? "🟡" : "",
    text(each.what === "end to end" ? `${each.graph}, end to end` : each.what),
    each.unit,
    amount(each.base.p50),
    amount(each.head.p50),
    amount(each.head.p99),
    `${signed(each.delta)} (${amount(each.low)} … ${amount(each.high)})`,
    amount(each.budget),
  ]);
  const line = `${all.entries} runs, ${all.rounds} rounds of base and head in turn, processor time, median of rounds`;
  return folded(
    "Time and allocation",
    `${line}\n\n${table(["", "what", "unit", "base p50", "head p50", "head p99", "Δ mean (95 %)", "budget"], cells, cells.length)}`,
  );
}

export function trust({ trust: all }: Report, { rows }: Shown): string {
  const lines = [
    `${all.sampled} in ${all.strata.length} strata`,
    `not covered (under 30 runs): ${
      list(
        all.nodesNotCovered.map(({ node, runs }) => `${node} (${runs})`),
        rows,
      ) || "no node"
    }`,
    `drop reasons under 30: ${
      list(
        all.reasonsNotCovered.map(({ reason, drops }) => `${reason} (${drops})`),
        rows,
      ) || "none"
    }`,
    `noise of the base against itself: ${
      list(
        all.noise.map(({ node, entries, fields = [] }) =>
          [`${node} (${entries} runs)`, ...fields.map(({ field, rate }) => `${field} ${percent(rate)}`)].join(": "),
        ),
        rows,
      ) || "none"
    }`,
    `incomplete: ${
      list(
        all.incomplete.map(({ node, why, entries }) => `${node}: ${why} (${entries})`),
        rows,
      ) || "none"
    }`,
    ...all.ignored.map(({ field, owner, reason, until, applied }) =>
      text(`ignored: ${field} for ${owner} until ${until}, ${reason} (${applied} times)`),
    ),
  ];
  return folded("Noise and trust", lines.map((line) => `- ${line}`).join("\n"));
}

export function expected({ expected: all }: Report): string {
  if (all.length === 0) return "";
  return section(
    "Expected changes",
    table(
      ["field", "direction", "met by"],
      all.map(({ field, direction, finding: id }) => [code(field), direction, id ?? "nothing"]),
      all.length,
    ),
  );
}

export function next({ next: steps }: Report): string {
  return section("What to do next", steps.map((step) => `- ${step}`).join("\n"));
}
