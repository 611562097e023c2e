/** The report as one comment of a pull request: at most 60 kB, the verdict first, details folded. */
import { isRelative, type StudioPlace } from "../../report-address.ts";
import type { Report } from "../../report-schema.ts";
import { findings, owners } from "./findings.ts";
import { documents, expected, graphDiff, next, performance, safety, trust } from "./sections.ts";
import type { Shown } from "./shown-parts.ts";
import { fields, metrics, rankings } from "./values.ts";
import { code, text } from "./words.ts";

/** A script finds its own comment by this line, and writes it anew. */
export const COMMENT_MARKER = "<!-- tenon-report -->";
/** Hosts cut longer comments at 65,536 characters; a character of UTF-8 may be four bytes. */
export const MARKDOWN_BYTES_MAX = 60_000;

const SHOWN: readonly Shown[] = [
  { rows: 40, findings: 25, mermaid: true },
  { rows: 15, findings: 12, mermaid: true },
  { rows: 10, findings: 8, mermaid: false },
  { rows: 4, findings: 4, mermaid: false },
  { rows: 1, findings: 1, mermaid: false },
];

/** @param place of a studio: findings and examples link to it; one that lies beside the report is none for a comment on another page */
export function renderMarkdown(report: Report, place?: StudioPlace): string {
  const studio = place !== undefined && isRelative(place) ? undefined : place;
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
