import type { ComparedVersion, ReportOptions } from "../build-report.ts";
import type { ReportInput } from "../report-input.ts";
import type { Finding, Report } from "../report-schema.ts";
import { adChanges } from "./rankings.ts";

interface VerdictFacts {
  readonly findings: readonly Finding[];
  readonly documents: Report["documents"];
  readonly options: ReportOptions;
  readonly durationMs: number;
}

export function verdictOf(
  input: ReportInput,
  { findings, documents, options, durationMs }: VerdictFacts,
): Report["verdict"] {
  const { compared, changes } = input;
  const { entries } = compared;
  const differing = entries.filter(({ divergence }) => divergence.size > 0);
  const served = entries.filter(({ host }) => host === "admixer");
  const { gained, lost } = adChanges(entries);
  const outcome = outcomeOf(findings, entries.length);
  return {
    outcome,
    sentence: sentenceOf(outcome, findings, entries.length),
    counts: {
      entriesCompared: entries.length,
      entriesChanged: differing.length,
      requestsCompared: served.length,
      requestsChanged: differing.filter(({ host }) => host === "admixer").length,
      adsGained: gained,
      adsLost: lost,
      documentsChanged: documents.added + documents.removed + documents.changed,
      contractChanges: changes.reduce((sum, { nodes, slots }) => sum + nodes.length + slots.length, 0),
      incomplete: entries.filter(({ base, head }) => base.misses.length + head.misses.length > 0).length,
    },
    base: versionOf(options.base),
    head: versionOf(options.head),
    graphs: compared.graphs.map(({ name, base, head }) => ({
      name,
      baseHash: base.topologyHash,
      headHash: head.topologyHash,
    })),
    corpora: compared.base.corpora.map(({ name, hash, madeBy, entries: recorded }, at) => ({
      ...{ name, hash, madeBy, path: input.corpora[at] ?? "", entries: recorded.length },
    })),
    seed: options.seed,
    durationMs: Math.round(durationMs),
  };
}

function outcomeOf(findings: readonly Finding[], entries: number): Report["verdict"]["outcome"] {
  const open = findings.filter(({ severity }) => severity !== "expected");
  if (open.some(({ severity }) => severity === "fail")) return "FAIL";
  if (entries === 0) return "INCOMPLETE";
  if (open.length === 0) return "PASS";
  return open.every(({ kind }) => kind === "incomplete") ? "INCOMPLETE" : "NEEDS REVIEW";
}

function sentenceOf(outcome: Report["verdict"]["outcome"], findings: readonly Finding[], entries: number): string {
  const open = findings.filter(({ severity }) => severity !== "expected");
  const [worst] = open;
  if (outcome === "INCOMPLETE" && worst === undefined)
    return "nothing was compared: no run of the corpora is of a graph that both versions have";
  if (worst !== undefined) return `${worst.title}${moreText(open.length - 1)}`;
  if (findings.length > 0) return `all ${findings.length} changes are expected`;
  return `nothing differs in ${entries} runs`;
}

function moreText(count: number): string {
  if (count === 0) return "";
  return count === 1 ? "; 1 more finding" : `; ${count} more findings`;
}

function versionOf({ name, commit, changed }: ComparedVersion): Report["verdict"]["base"] {
  return { name, commit, changed };
}
