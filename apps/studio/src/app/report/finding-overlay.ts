/** A report upon a picture of a graph: what changed, and what that reaches. */
import type { Finding, Report } from "@tenon/dev-run/report-format";
import type { IndexDocument } from "../../data/index-document.ts";
import type { Change } from "../graph/cues.ts";
import type { Route } from "../state/route-text.ts";

/**
 * The state that shows a graph of the report: the version of its head where this studio has it, else the one of that name;
 * beside the version of its base where that is another one, and known. Undefined where no graph has the name.
 */
export function graphLink(
  report: Report,
  name: string,
  index: IndexDocument,
  finding?: Finding,
): Partial<Route> | undefined {
  const version = report.verdict.graphs.find((graph) => graph.name === name);
  const known = (hash: string | undefined) => index.graphs.find((graph) => graph.hash === hash)?.hash;
  const graph = known(version?.headHash) ?? index.graphs.find((each) => each.name === name)?.hash;
  if (graph === undefined) return undefined;
  const base = known(version?.baseHash);
  return {
    ...{ view: "graph", graph, with: base === graph ? undefined : base, level: "nodes" },
    ...{ finding: finding?.id, node: finding?.node },
  };
}

export interface Overlay {
  readonly sentence: string;
  /** Where the picture is of another version than the report. */
  readonly note: string | undefined;
  readonly nodes: ReadonlyMap<string, Change>;
}

/** Of one finding, or of the whole report; undefined where it says nothing of this graph. */
export function overlayOf(
  report: Report,
  findingId: string | undefined,
  graph: { readonly name: string; readonly hash: string },
): Overlay | undefined {
  const finding = report.findings.find(({ id }) => id === findingId);
  const version = report.verdict.graphs.find(({ name }) => name === graph.name);
  if (version === undefined || (finding !== undefined && finding.graph !== graph.name)) return undefined;
  const nodes = finding === undefined ? ofReport(report, graph.name) : ofFinding(finding);
  if (nodes.size === 0) return undefined;
  const affected = [...nodes.values()].filter((change) => change === "affected").length;
  const changed = nodes.size - affected;
  const note =
    version.headHash === graph.hash
      ? undefined
      : `The report is of version ${version.headHash.slice(0, 12)}, which this studio does not have.`;
  const begin = finding === undefined ? `${changed} changed` : `${finding.id} begins at ${finding.node}`;
  return { sentence: `${begin}; ${affected} affected behind ${changed === 1 ? "it" : "them"}.`, note, nodes };
}

function ofFinding({ node, downstream }: Finding): ReadonlyMap<string, Change> {
  return new Map<string, Change>([...downstream.map((each) => [each.node, "affected"] as const), [node, "changed"]]);
}

function ofReport({ graphDiff, findings }: Report, name: string): ReadonlyMap<string, Change> {
  const nodes = new Map<string, Change>();
  for (const finding of findings)
    if (finding.graph === name) for (const { node } of finding.downstream) nodes.set(node, "affected");
  for (const { graph, node, change } of graphDiff.nodes) {
    if (graph !== name) continue;
    nodes.set(node, change === "upstream" ? "affected" : change === "code" ? "changed" : change);
  }
  return nodes;
}
