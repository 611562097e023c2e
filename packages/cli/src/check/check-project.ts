import { checkGraphs, type Diagnostic, type Graph, type Topology, topologyHash, topologyOf } from "@tenon/graph-core";
import { readNodeFolders } from "@tenon/source-rules";
import type { Project } from "../project/find-project.ts";
import { importGraphs } from "../project/load-graphs.ts";
import { type ProjectOwners, readOwners } from "../project/owners.ts";
import { lineageDiagnostics } from "./lineage-diagnostics.ts";
import { loadFailure } from "./load-failure.ts";
import { sourceDiagnostics } from "./source-diagnostics.ts";

/** What a report says of one graph. */
export interface CheckedGraph {
  readonly name: string;
  readonly owner: string;
  readonly nodes: number;
  readonly slots: number;
  /** Teams that own the graph or a node of it, sorted. */
  readonly owners: readonly string[];
  /** The longest chain of declared budgets. */
  readonly criticalPathMs: number;
  readonly deadlineMs: number | null;
  /** Identifies the wiring: changes with any node, slot, edge or budget. */
  readonly topologyHash: string;
}

export interface CheckedProject {
  readonly graphs: readonly CheckedGraph[];
  readonly diagnostics: readonly Diagnostic[];
  /** Node folders whose sources were read. */
  readonly nodeFolders: number;
  readonly typesChecked: boolean;
}

export interface CheckProjectOptions {
  /** `YYYY-MM-DD`, for deprecation dates. */
  readonly today: string;
  /** Runs the type checker too: seconds instead of fractions of one. */
  readonly types: boolean;
  readonly onStep?: (step: string) => void;
}

/**
 * Everything that can be known of a project without running a node: graphs, sources of nodes, owners, types if asked.
 * A project that does not load is a finding, too, and its sources are checked all the same.
 *
 * @throws GraphError TENON1701 for an unreadable owners file, TENON1709 when there is nothing to check types with
 */
export async function checkProject(project: Project, options: CheckProjectOptions): Promise<CheckedProject> {
  const { onStep = () => undefined } = options;
  const folders = readNodeFolders({ root: project.root, nodes: project.nodesFolder });
  const owners = readOwners(project, folders);
  onStep("graphs");
  const { graphs, failure } = await tryLoading(project, owners);
  const topologies = graphs.map((graph) => topologyOf(graph));
  const checks = { today: options.today, ...(owners.names !== undefined && { owners: owners.names }) };
  const diagnostics = [...(failure === undefined ? [] : [failure]), ...checkGraphs(graphs, checks)];
  if (failure === undefined) diagnostics.push(...(await lineageDiagnostics(project, graphs)));
  onStep("sources of nodes");
  diagnostics.push(...sourceDiagnostics(project, owners, topologies));
  if (options.types) {
    onStep("types");
    // Loaded here: reading the compiler's words is of no use to the usual check.
    const { typeDiagnostics } = await import("./type-diagnostics.ts");
    diagnostics.push(...(await typeDiagnostics(project, owners, topologies)));
  }
  return {
    graphs: topologies.map(checkedGraph),
    diagnostics,
    nodeFolders: folders.length,
    typesChecked: options.types,
  };
}

async function tryLoading(
  project: Project,
  owners: ProjectOwners,
): Promise<{ readonly graphs: readonly Graph[]; readonly failure?: Diagnostic }> {
  try {
    return { graphs: await importGraphs(project) };
  } catch (error) {
    return { graphs: [], failure: loadFailure(error, project, owners) };
  }
}

function checkedGraph(topology: Topology): CheckedGraph {
  const { graph, nodes, slots, criticalPath } = topology;
  return {
    name: graph.name,
    owner: graph.owner,
    nodes: nodes.length,
    slots: slots.length,
    owners: [...new Set([graph.owner, ...nodes.map((node) => node.owner)])].sort(),
    criticalPathMs: criticalPath.budgetMs,
    deadlineMs: graph.deadlineMs,
    topologyHash: topologyHash(topology),
  };
}
