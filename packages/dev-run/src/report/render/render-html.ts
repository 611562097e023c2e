/**
 * The whole report as one file. It runs no script and loads nothing: its policy allows the one style in it, by hash, so
 * that a recorded value that slipped through as markup could still do nothing.
 */
import { createHash } from "node:crypto";
import { element, textElement } from "@tenon/graph-core/internal";
import { findingAddress, type StudioPlace } from "../report-address.ts";
import type { Finding, Report } from "../report-schema.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { amount, cell, fieldName, percent, signed } from "./shown.ts";

/** @param studio findings link to it */
export function renderHtml(report: Report, studio?: StudioPlace): string {
  const hash = createHash("sha256").update(REPORT_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    textElement("title", {}, `${report.verdict.outcome}: ${report.verdict.sentence}`),
    `<style>${REPORT_STYLE}</style>`,
  ];
  const sections = sectionsOf(report, studio).filter(({ body }) => body !== "");
  const links = sections.map(({ id, title }) => textElement("a", { href: `#${id}` }, title)).join("");
  const bodies = sections.map(({ id, title, body }) => element("section", { id }, textElement("h2", {}, title) + body));
  const page = [verdict(report), element("nav", { "aria-label": "Sections" }, links)].join("");
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n<header>${page}</header>\n<main>${bodies.join("\n")}</main>\n</body>\n</html>\n`;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

function sectionsOf(report: Report, studio: StudioPlace | undefined): readonly Section[] {
  return [
    { id: "owners", title: "Who must look", body: owners(report) },
    {
      id: "findings",
      title: "Findings",
      body: report.findings.map((each) => finding(each, studio)).join("") || para("None: both versions give the same."),
    },
    { id: "graph", title: "Graph", body: graph(report) },
    { id: "safety", title: "Contract and safety", body: safety(report) },
    { id: "metrics", title: "Business metrics", body: metrics(report) },
    { id: "fields", title: "Fields", body: fields(report) },
    { id: "lists", title: "Lists of ads", body: lists(report) },
    { id: "documents", title: "Documents", body: documents(report) },
    { id: "time", title: "Time", body: time(report) },
    { id: "trust", title: "Noise and trust", body: trust(report) },
    { id: "expected", title: "Expected changes", body: expected(report) },
    { id: "next", title: "What to do next", body: list(report.next) },
  ];
}

function verdict({
  verdict: { outcome, sentence, counts, base, head, corpora, seed, durationMs, graphs },
}: Report): string {
  const mark = outcome === "PASS" ? "PASS" : outcome === "FAIL" ? "FAIL" : "REVIEW";
  const numbers = Object.entries(counts).map(([name, count]) => `${words(name)} ${count}`);
  const versions = [base, head].map(
    ({ name, commit, changed }) => `${name} ${commit.slice(0, 10)}${changed ? " with changes" : ""}`,
  );
  const kept = corpora.map(({ name, hash, entries }) => `${name} ${hash.slice(0, 12)} (${entries} runs)`);
  const hashes = graphs.map(
    ({ name, baseHash, headHash }) => `${name} ${baseHash.slice(0, 8)} → ${headHash.slice(0, 8)}`,
  );
  return [
    textElement("h1", { class: mark }, `${outcome}: ${sentence}`),
    para(numbers.join(" · ")),
    textElement(
      "p",
      { class: "soft" },
      `${versions.join(" → ")} · ${kept.join(", ")} · seed ${seed} · ${(durationMs / 1_000).toFixed(1)} s`,
    ),
    folded("Graph hashes", list(hashes)),
  ].join("");
}

function owners({ owners: all }: Report): string {
  return table(
    ["owner", "changed", "affected", "findings", "worst", "agree"],
    all.map(({ owner, changed, affected, findings, worst, approve }) => [
      owner,
      changed.join(", "),
      affected.join(", "),
      findings.join(" "),
      worst,
      approve,
    ]),
  );
}

function finding(found: Finding, studio: StudioPlace | undefined): string {
  const { id, severity, title, causes, place, effect, downstream, ...rest } = found;
  const { fields: own, fieldsMore, examples, reproduce, approve } = rest;
  const lines = [
    ...causes.map(({ kind, detail }) => `cause: ${kind}, ${detail}`),
    ...(place === null ? [] : [`at ${place.file}:${place.line}`]),
    ...effect,
    ...(downstream.length === 0
      ? []
      : [`behind it: ${downstream.map(({ node, owner }) => `${node} (${owner})`).join(", ")}`]),
    ...(examples.length === 0 ? [] : [`runs: ${examples.join(", ")}`]),
  ];
  const more = fieldsMore > 0 ? para(`and ${fieldsMore} more fields`) : "";
  const body = [
    textElement("h3", {}, `${id} ${title}`),
    list(lines),
    own.length === 0 ? "" : folded(`${own.length} fields`, fieldTable(own) + more),
    ...reproduce.map((command) => element("pre", {}, textElement("code", {}, command))),
    para(`agree: ${approve}`),
    studio === undefined
      ? ""
      : element("p", {}, textElement("a", { href: findingAddress(studio, id) }, `${id} in the studio`)),
  ];
  return element("article", { id, class: severity }, body.join(""));
}

function graph({ graphDiff: { nodes, slots, edges, mermaid, filesChanged } }: Report): string {
  const parts = [
    table(
      ["node", "graph", "owner", "change", "cause", "what"],
      nodes.map((each) => [each.node, each.graph, each.owner, each.change, each.causes.join(", "), each.what]),
    ),
    table(
      ["slot", "owner", "change", "leaves the process"],
      slots.map((each) => [each.slot, each.owner, each.change, each.leaves ? "yes" : "no"]),
    ),
    list([...edges.added.map((edge) => `+ ${edge}`), ...edges.removed.map((edge) => `− ${edge}`)]),
    filesChanged.length === 0
      ? ""
      : folded(
          `${filesChanged.length} files changed`,
          table(
            ["file", "owner"],
            filesChanged.map(({ file, owner }) => [file, owner]),
          ),
        ),
    mermaid === ""
      ? ""
      : folded("The changed neighbourhood, as Mermaid", element("pre", {}, textElement("code", {}, mermaid))),
  ];
  return parts.join("");
}

function safety({ safety: { lines } }: Report): string {
  return table(
    ["promise", "outcome", ""],
    lines.map(({ what, outcome, detail }) => [what, outcome, detail]),
  );
}

function metrics({ metrics: all }: Report): string {
  return table(
    ["metric", "unit", "base", "head", "Δ", "Δ %", "95 %", "q", "n", "test", "most in"],
    all.map((each) => [
      ...[
        each.name,
        each.unit,
        amount(each.base),
        amount(each.head),
        each.note === "" ? signed(each.delta) : each.note,
      ],
      ...[
        each.deltaShare === null ? "" : percent(each.deltaShare),
        `${amount(each.low)} … ${amount(each.high)}`,
        each.q.toPrecision(2),
      ],
      ...[
        String(each.n),
        each.test,
        each.segment === null ? "" : `${each.segment.name} ${signed(each.segment.delta)} (n ${each.segment.n})`,
      ],
    ]),
  );
}

function fields({ fields: all }: Report): string {
  return all.length === 0 ? "" : fieldTable(all);
}

function fieldTable(all: Report["fields"]): string {
  return table(
    [
      "field",
      "type",
      "runs changed",
      "values changed",
      "noise",
      "net",
      "max Δ",
      "max rel.",
      "psi",
      "ks",
      "churn",
      "Δ null",
      "tolerance",
      "first at",
      "example",
    ],
    all.map((each) => {
      const [first] = each.examples;
      const values = each.cellsChanged + each.cellsOnlyInBase + each.cellsOnlyInHead;
      return [
        ...[
          fieldName(each),
          each.type,
          `${each.entriesChanged} of ${each.entriesCompared}`,
          String(values),
          percent(each.noiseRate),
          percent(each.netRate),
        ],
        ...[each.absoluteErrorMax, each.relativeErrorMax, each.psi, each.ks, each.topChurn].map((value) =>
          value === null ? "" : amount(value),
        ),
        ...[percent(each.nullRateHead - each.nullRateBase), each.tolerance, each.firstNode],
        first === undefined ? "" : `${first.requestId} ${first.row}: ${cell(first.base)} → ${cell(first.head)}`,
      ];
    }),
  );
}

function lists({ rankings: all }: Report): string {
  if (all.lists === 0) return "";
  const line = `${all.listsChanged} of ${all.lists} lists changed, overlap@1 ${all.overlapAt1.toFixed(3)}, overlap@4 ${all.overlapAt4.toFixed(3)}, Kendall τ ${all.kendallTau?.toFixed(3) ?? "none"}, rank-biased overlap ${all.rankBiasedOverlap.toFixed(3)}`;
  const more = all.changesMore > 0 ? para(`and ${all.changesMore} more`) : "";
  return (
    para(line) +
    table(
      ["request", "ad", "", "why"],
      all.changes.map(({ requestId, adId, change, why }) => [requestId, String(adId), change, why]),
    ) +
    more
  );
}

function documents({ documents: all }: Report): string {
  if (all.runs === 0) return "";
  return [
    para(
      `${all.runs} runs: ${all.added} documents added, ${all.removed} removed, ${all.changed} changed; ${all.bytes.base} → ${all.bytes.head} bytes written`,
    ),
    para(`convergence: ${all.convergence.outcome}, ${all.convergence.detail}`),
    table(
      ["handler", "column", "owner", "documents", "example"],
      all.columns.map((each) => [each.handler, each.column, each.owner, String(each.documents), each.example]),
    ),
    table(
      ["handler", "owner", "change", "documents"],
      all.handlers.map((each) => [
        each.handler,
        each.owner,
        each.change,
        `${each.documents.base} → ${each.documents.head}`,
      ]),
    ),
  ].join("");
}

function time({ performance: all }: Report): string {
  if (all.entries === 0) return "";
  const rows = all.rows.map((each) => [
    ...[each.flagged ? "over budget" : "", each.graph, each.what, each.owner],
    ...[each.base.p50, each.base.p90, each.base.p99, each.head.p50, each.head.p90, each.head.p99].map(amount),
    ...[`${signed(each.delta)} (${amount(each.low)} … ${amount(each.high)}) ${each.unit}`, amount(each.budget)],
  ]);
  const paths = all.criticalPath.map(
    ({ graph: name, base, head }) =>
      `${name}: ${base.join(" → ")}${base.join() === head.join() ? "" : `; now ${head.join(" → ")}`}`,
  );
  return [
    para(
      `processor time of ${all.entries} runs, ${all.rounds} rounds of base and head in turn; the median of the rounds of each run`,
    ),
    table(
      ["", "graph", "what", "owner", "base p50", "p90", "p99", "head p50", "p90", "p99", "Δ mean (95 %)", "budget"],
      rows,
    ),
    folded("Longest paths", list(paths)),
  ].join("");
}

function trust({ trust: all }: Report): string {
  return [
    para(all.sampled),
    folded(
      `${all.strata.length} strata`,
      table(
        ["graph", "stratum", "runs"],
        all.strata.map((each) => [each.graph, each.stratum, String(each.entries)]),
      ),
    ),
    table(
      ["node not covered", "graph", "runs"],
      all.nodesNotCovered.map(({ node, graph: name, runs }) => [node, name, String(runs)]),
    ),
    table(
      ["drop reason not covered", "drops"],
      all.reasonsNotCovered.map(({ reason, drops }) => [reason, String(drops)]),
    ),
    table(
      ["noise begins at", "owner", "runs", "slots"],
      all.noise.map(({ node, owner, entries, slots }) => [node, owner, String(entries), slots.join(", ")]),
    ),
    table(
      ["ignored field", "owner", "reason", "until", "times"],
      all.ignored.map(({ field, owner, reason, until, applied }) => [field, owner, reason, until, String(applied)]),
    ),
    table(
      ["incomplete at", "why", "runs", "example"],
      all.incomplete.map(({ node, why, entries, example }) => [node, why, String(entries), example]),
    ),
  ].join("");
}

function expected({ expected: all }: Report): string {
  return table(
    ["field", "direction", "bound", "met by"],
    all.map(({ field, direction, bound, finding: id }) => [
      field,
      direction,
      bound === null ? "" : String(bound),
      id ?? "nothing",
    ]),
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const head = element("tr", {}, heads.map((each) => textElement("th", { scope: "col" }, each)).join(""));
  const body = rows.map((row) => element("tr", {}, row.map((each) => textElement("td", {}, each)).join(""))).join("");
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": heads.filter(Boolean).slice(0, 2).join(" and ") },
    element("table", {}, element("thead", {}, head) + element("tbody", {}, body)),
  );
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "" : element("ul", {}, lines.map((line) => textElement("li", {}, line)).join(""));
}

function para(text: string): string {
  return textElement("p", {}, text);
}

function folded(title: string, body: string): string {
  return body === "" ? "" : element("details", {}, textElement("summary", {}, title) + body);
}

function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
