/** The first screen: what came of it, in how much, what was found, and who looks. */
import { element, textElement } from "@tenon/graph-core/internal";
import type { Report } from "../../report-schema.ts";
import { folded, link, list, outcomeChip, para, severityChip } from "./parts.ts";

/** What fits one screen; all of it is below. */
const FINDINGS_SHOWN = 5;
const OWNERS_SHOWN = 5;

export function verdictScreen(report: Report): string {
  const { verdict } = report;
  return [
    textElement("p", { class: "kicker" }, "Tenon report: what a change does, before it lands"),
    element("p", {}, outcomeChip(verdict.outcome)),
    textElement("h1", {}, verdict.sentence),
    element("p", { class: "soft" }, versions(verdict)),
    tiles(verdict.counts),
    element("div", { class: "two" }, found(report) + lookers(report)),
    origin(verdict),
  ].join("");
}

function versions({ base, head }: Report["verdict"]): string {
  const named = ({ name, commit, changed }: typeof base) => {
    // A version that was named by its hash is told by it once.
    const word = commit.startsWith(name) ? "" : `${textElement("strong", {}, name)} `;
    return `${word}${textElement("code", {}, commit.slice(0, 10))}${changed ? " with changes" : ""}`;
  };
  return `${named(base)} → ${named(head)}`;
}

function tiles(counts: Report["verdict"]["counts"]): string {
  const all = [
    tile(`${counts.requestsChanged}`, `of ${counts.requestsCompared} requests changed`, counts.requestsChanged),
    tile(
      `+${counts.adsGained} −${counts.adsLost}`,
      "ads gained and lost in answers",
      counts.adsGained + counts.adsLost,
    ),
    tile(`${counts.documentsChanged}`, "documents of the index changed", counts.documentsChanged),
    tile(`${counts.contractChanges}`, "changes of contracts", counts.contractChanges),
    tile(`${counts.incomplete}`, "runs that could not be compared whole", counts.incomplete),
  ];
  return element("dl", { class: "tiles", "aria-label": "Counts" }, all.join(""));
}

function tile(number: string, label: string, count: number): string {
  const words = textElement("dt", {}, label) + textElement("dd", {}, number);
  return element("div", { class: count === 0 ? "none" : undefined }, words);
}

function found({ findings }: Report): string {
  const rows = findings
    .slice(0, FINDINGS_SHOWN)
    .map(({ id, severity, node, graph, owner, kind }) =>
      element(
        "li",
        {},
        `${link(`#${id}`, id)} ${severityChip(severity)} ${textElement("strong", {}, node)} ` +
          textElement(
            "span",
            { class: "soft" },
            [graph === node ? "" : `of ${graph}`, owner, kind].filter(Boolean).join(" · "),
          ),
      ),
    );
  const more = findings.length - rows.length;
  return panel(
    "What was found",
    rows.length === 0
      ? para("Nothing: both versions give the same, in every recorded run.")
      : element("ol", { class: "rows" }, rows.join("")) +
          (more > 0 ? element("p", {}, link("#findings", `and ${more} more`)) : ""),
  );
}

function lookers({ owners }: Report): string {
  const rows = owners.slice(0, OWNERS_SHOWN).map(({ owner, findings, changed, affected }) => {
    const own = findings.map((id) => link(`#${id}`, id)).join(" ");
    const what = [
      changed.length > 0 ? `${changed.length} ${changed.length === 1 ? "node" : "nodes"} changed` : "",
      affected.length > 0 ? `${affected.length} affected` : "",
    ];
    return element(
      "li",
      {},
      `${textElement("strong", {}, owner)} ${own} ${textElement("span", { class: "soft" }, what.filter(Boolean).join(", "))}`,
    );
  });
  const more = owners.length - rows.length;
  return panel(
    "Who must look",
    rows.length === 0
      ? para("Nobody.")
      : element("ul", { class: "rows" }, rows.join("")) +
          (more > 0 ? element("p", {}, link("#owners", `and ${more} more`)) : ""),
  );
}

function panel(title: string, body: string): string {
  return element("section", { class: "panel" }, textElement("h2", {}, title) + body);
}

function origin({ corpora, graphs, seed, durationMs }: Report["verdict"]): string {
  const runs = corpora.map(
    ({ name, entries, hash, madeBy }) => `corpus ${name}: ${entries} runs, ${madeBy}, ${hash.slice(0, 12)}`,
  );
  const hashes = graphs.map(({ name, baseHash, headHash }) =>
    baseHash === headHash
      ? `graph ${name} ${baseHash.slice(0, 8)}, unchanged`
      : `graph ${name} ${baseHash.slice(0, 8)} → ${headHash.slice(0, 8)}`,
  );
  return (
    folded("How to read this", list(READING)) +
    folded("Where it comes from", list([...runs, `seed ${seed}, ${(durationMs / 1_000).toFixed(1)} s`, ...hashes]))
  );
}

const READING = [
  "The base is the code as it was, the head the code as it is with the change. Both ran the same recorded requests and changes; nothing was asked live.",
  "A finding is a node that gives something else although all it reads is the same, or a promise that is broken. What differs behind it is its effect, and no finding of its own.",
  "The base ran twice. What differs between these two runs is noise, and taken off.",
  "An owner who means a change writes it down with the command of its finding; then the finding is green.",
];
