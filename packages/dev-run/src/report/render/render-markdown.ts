/** The report as one comment of a pull request: at most 60 kB, the verdict first, details folded. */
import { findingAddress, type StudioPlace } from "../report-address.ts";
import type { Field, Finding, Report } from "../report-schema.ts";
import { amount, cell, fieldName, percent, signed } from "./shown.ts";

/** A script finds its own comment by this line, and writes it anew. */
export const COMMENT_MARKER = "<!-- tenon-report -->";
/** Hosts cut longer comments at 65,536 characters; a character of UTF-8 may be four bytes. */
export const MARKDOWN_BYTES_MAX = 60_000;

/** How much of each section is shown; tightened until the whole fits. */
interface Shown {
  readonly rows: number;
  readonly findings: number;
  readonly mermaid: boolean;
  /** Where findings are shown. */
  readonly studio?: StudioPlace | undefined;
}

const SHOWN: readonly Shown[] = [
  { rows: 40, findings: 25, mermaid: true },
  { rows: 15, findings: 12, mermaid: true },
  { rows: 10, findings: 8, mermaid: false },
  { rows: 4, findings: 4, mermaid: false },
  { rows: 1, findings: 1, mermaid: false },
];

/** @param studio findings link to it */
export function renderMarkdown(report: Report, studio?: StudioPlace): string {
  let text = "";
  for (const shown of SHOWN) {
    text = markdown(report, { ...shown, studio });
    if (Buffer.byteLength(text) <= MARKDOWN_BYTES_MAX) return text;
  }
  // Names of any length can be planted: whatever they are, the comment fits.
  return `${Buffer.from(text)
    .subarray(0, MARKDOWN_BYTES_MAX - 100)
    .toString("utf8")}\n\n… cut; see report.html\n`;
}

function markdown(report: Report, shown: Shown): string {
  const isEmpty = report.findings.length === 0 && report.graphDiff.nodes.length === 0;
  const sections = isEmpty
    ? [head(report), performance(report, shown), trust(report, shown)]
    : [
        ...[head(report), owners(report, shown), findings(report, shown), graphDiff(report, shown), safety(report)],
        ...[metrics(report), fields(report, shown), rankings(report, shown), documents(report, shown)],
        ...[performance(report, shown), trust(report, shown), expected(report), next(report)],
      ];
  return `${COMMENT_MARKER}\n${sections.filter(Boolean).join("\n\n")}\n`;
}

const MARKS = { PASS: "✅", "NEEDS REVIEW": "🟡", FAIL: "❌", INCOMPLETE: "⚪" } as const;

function head({ verdict }: Report): string {
  const { counts, base, head: now } = verdict;
  const numbers = [
    `${counts.requestsChanged} of ${counts.requestsCompared} requests changed`,
    `${counts.adsGained} ads gained, ${counts.adsLost} lost`,
    `${counts.documentsChanged} documents changed`,
    `${counts.contractChanges} contract changes`,
    `${counts.incomplete} incomplete`,
  ];
  const named = ({ name, commit, changed }: typeof base) =>
    `${code(name)} (${commit.slice(0, 10)}${changed ? " with changes" : ""})`;
  const corpora = verdict.corpora.map(({ name, hash, entries }) => `${name} ${hash.slice(0, 10)} (${entries} runs)`);
  return [
    `## ${MARKS[verdict.outcome]} ${verdict.outcome}: ${text(verdict.sentence)}`,
    numbers.join(" · "),
    `<sub>${named(base)} → ${named(now)} · corpus ${corpora.join(", ")} · seed ${verdict.seed} · ${(verdict.durationMs / 1_000).toFixed(1)} s</sub>`,
  ].join("\n\n");
}

function owners({ owners: all }: Report, { rows }: Shown): string {
  const cells = all.map(({ owner, changed, affected, findings: own, worst }) => [
    text(owner),
    list(changed, 4),
    list(affected, 4),
    own.join(" ") || "none",
    text(worst),
  ]);
  return section("Who must look", table(["owner", "changed", "affected", "findings", "worst"], cells, rows));
}

function findings({ findings: all }: Report, shown: Shown): string {
  if (all.length === 0) return "";
  const parts = all.slice(0, shown.findings).map((each) => finding(each, shown.studio));
  const more = all.length > shown.findings ? [`… and ${all.length - shown.findings} more in report.html`] : [];
  return `### Findings\n\n${[...parts, ...more].join("\n\n")}`;
}

function finding(found: Finding, studio: StudioPlace | undefined): string {
  const { id, severity, title, causes, effect, downstream, fields: own, place, reproduce, approve, ...rest } = found;
  const lines = [
    ...causes.map(({ kind, detail }) => `- cause: **${kind}**, ${text(detail)}`),
    ...(place === null ? [] : [`- at ${code(`${place.file}:${place.line}`)}`]),
    ...effect.map((each) => `- ${text(each)}`),
    ...(downstream.length === 0
      ? []
      : [
          `- behind it: ${list(
            downstream.map(({ node, owner }) => `${node} (${owner})`),
            6,
          )}`,
        ]),
    ...own.slice(0, 3).map((field) => `- ${fieldLine(field)}`),
    ...(own.length + rest.fieldsMore > 3
      ? [`- and ${own.length + rest.fieldsMore - 3} more fields of the same cause`]
      : []),
    `- look: ${reproduce.map(code).join(" or ")}; agree: ${code(approve)}`,
  ];
  const mark = severity === "fail" ? "❌" : severity === "expected" ? "🟢" : "🟡";
  const name = studio === undefined ? `**${id}**` : `[**${id}**](<${findingAddress(studio, id)}>)`;
  return `${name} ${mark} ${text(title)}\n${lines.join("\n")}`;
}

function fieldLine({ examples, ...field }: Field): string {
  const [first] = examples;
  const changed = `${code(fieldName(field))}: ${field.cellsChanged + field.cellsOnlyInBase + field.cellsOnlyInHead} values in ${field.entriesChanged} of ${field.entriesCompared} runs looked at`;
  if (first === undefined) return changed;
  const row = first.row === "" ? "" : ` of ${text(first.row)}`;
  return `${changed}, e.g. ${code(cell(first.base))} → ${code(cell(first.head))}${row} in ${text(first.requestId)}`;
}

function graphDiff({ graphDiff: diff }: Report, { rows, mermaid }: Shown): string {
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

function safety({ safety: { lines } }: Report): string {
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

function metrics({ metrics: all }: Report): string {
  if (all.length === 0) return "";
  const cells = all.map((each) => [
    text(each.name),
    amount(each.base),
    amount(each.head),
    each.note === ""
      ? `${signed(each.delta)}${each.deltaShare === null ? "" : ` (${percent(each.deltaShare)})`}`
      : text(each.note),
    each.note === "" ? `${amount(each.low)} … ${amount(each.high)}` : "",
    each.note === "" ? each.q.toPrecision(2) : "",
    String(each.n),
    each.segment === null ? "" : `${text(each.segment.name)} ${signed(each.segment.delta)}`,
  ]);
  return section(
    "Business metrics, paired by request",
    table(["metric", "base", "head", "Δ", "95 %", "q", "n", "most in"], cells, cells.length),
  );
}

function fields({ fields: all }: Report, { rows }: Shown): string {
  if (all.length === 0) return "";
  const cells = all.map((each) => [
    code(fieldName(each)),
    `${each.entriesChanged}/${each.entriesCompared}`,
    percent(each.noiseRate),
    percent(each.netRate),
    each.absoluteErrorMax === null ? "" : amount(each.absoluteErrorMax),
    each.relativeErrorMax === null ? "" : percent(each.relativeErrorMax),
    each.psi === null
      ? each.topChurn === null
        ? ""
        : `churn ${percent(each.topChurn)}`
      : `psi ${each.psi.toFixed(3)}, ks ${(each.ks ?? 0).toFixed(3)}`,
    percent(each.nullRateHead - each.nullRateBase),
    each.tolerance,
    text(each.firstNode),
  ]);
  const heads = ["field", "changed", "noise", "net", "max Δ", "max rel.", "shift", "Δ null", "tolerance", "first at"];
  return folded(`Fields (${all.length})`, table(heads, cells, rows));
}

function rankings({ rankings: all }: Report, { rows }: Shown): string {
  if (all.listsChanged === 0) return "";
  const line = `${all.listsChanged} of ${all.lists} lists changed · overlap@1 ${all.overlapAt1.toFixed(3)} · overlap@4 ${all.overlapAt4.toFixed(3)} · Kendall τ ${all.kendallTau?.toFixed(3) ?? "none"} · rank-biased overlap ${all.rankBiasedOverlap.toFixed(3)}`;
  const cells = all.changes.map(({ requestId, adId, change, why }) => [
    code(requestId),
    String(adId),
    change,
    text(why),
  ]);
  return section(
    "Lists of ads",
    `${line}\n\n${folded(`Entered and left (${cells.length + all.changesMore})`, table(["request", "ad", "", "why"], cells, rows))}`,
  );
}

function documents({ documents: all }: Report, { rows }: Shown): string {
  if (all.runs === 0) return "";
  const line = `${all.runs} runs · ${all.added} documents added, ${all.removed} removed, ${all.changed} changed · ${all.bytes.base} → ${all.bytes.head} bytes written · convergence: ${text(all.convergence.detail)}`;
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
  const tables = [
    columns.length > 0 ? table(["handler", "column", "documents", "example"], columns, rows) : "",
    handlers.length > 0 ? table(["handler", "change", "documents"], handlers, rows) : "",
  ];
  return section("Documents", [line, ...tables].filter(Boolean).join("\n\n"));
}

function performance({ performance: all }: Report, { rows }: Shown): string {
  if (all.entries === 0) return "";
  const cells = all.rows.map((each) => [
    each.flagged ? "🟡" : "",
    text(each.what),
    amount(each.base.p50),
    amount(each.head.p50),
    amount(each.head.p99),
    `${signed(each.delta)} (${amount(each.low)} … ${amount(each.high)})`,
    amount(each.budget),
  ]);
  const line = `processor time of ${all.entries} runs, ${all.rounds} rounds of base and head in turn, median of rounds`;
  return folded(
    "Time",
    `${line}\n\n${table(["", "what", "base p50 ms", "head p50 ms", "head p99 ms", "Δ mean (95 %)", "budget"], cells, Math.min(rows, 12))}`,
  );
}

function trust({ trust: all }: Report, { rows }: Shown): string {
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
        all.noise.map(({ node, entries }) => `${node} (${entries} runs)`),
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

function expected({ expected: all }: Report): string {
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

function next({ next: steps }: Report): string {
  return section("What to do next", steps.map((step) => `- ${step}`).join("\n"));
}

function section(title: string, body: string): string {
  return body === "" ? "" : `### ${title}\n\n${body}`;
}

function folded(title: string, body: string): string {
  return body === "" ? "" : `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], rowsMax: number): string {
  if (rows.length === 0) return "";
  const lines = [heads, heads.map(() => "---"), ...rows.slice(0, rowsMax)].map((row) => `| ${row.join(" | ")} |`);
  const more = rows.length > rowsMax ? `\n\n… and ${rows.length - rowsMax} more` : "";
  return `${lines.join("\n")}${more}`;
}

function list(items: readonly string[], max: number): string {
  const shown = items.slice(0, max).map(text).join(", ");
  return items.length > max ? `${shown} and ${items.length - max} more` : shown;
}

/** A recorded value may hold anything: nothing of it is markup. */
function text(value: string): string {
  return value.replaceAll(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`).replaceAll("\n", " ");
}

function code(value: string): string {
  return `\`${value.replaceAll("`", "'").replaceAll("|", "\\|").replaceAll("\n", " ")}\``;
}
