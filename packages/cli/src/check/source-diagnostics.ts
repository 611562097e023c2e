import { resolve } from "node:path";
import type { Diagnostic, Party, Topology } from "@tenon/graph-core";
import { checkNodeFolders, type SourceFinding } from "@tenon/source-rules";
import type { Project } from "../project/find-project.ts";
import type { ProjectOwners } from "../project/owners.ts";

/** Folder of the process that nodes run in: its team is the other party when a node reaches around the graph. */
const HOST_FOLDER = "packages/admixer/src";
/** Where slots and resources are declared besides the node folders. */
const ALSO_DECLARED_IN = ["packages/ads-model/src"] as const;

/** What the source rules find in the node folders, as diagnostics that name the graph the node runs in. */
export function sourceDiagnostics(
  project: Project,
  owners: ProjectOwners,
  topologies: readonly Topology[],
): readonly Diagnostic[] {
  const hostOwner = owners.of(`${HOST_FOLDER}/index.ts`).owner;
  const findings = checkNodeFolders({
    root: project.root,
    nodes: project.nodesFolder,
    alsoDeclaredIn: ALSO_DECLARED_IN,
    ...(hostOwner !== undefined && { hostOwner }),
  });
  return findings.map((finding) => diagnosticOf(finding, project, topologies));
}

function diagnosticOf(finding: SourceFinding, project: Project, topologies: readonly Topology[]): Diagnostic {
  const { code, rule, severity, message, primary, secondary, detail, hint, fix } = finding;
  return {
    code,
    rule,
    severity,
    graph: graphOf(finding.node, project, topologies),
    message,
    primary: absolute(primary, project),
    secondary: secondary.map((party) => absolute(party, project)),
    detail,
    hint,
    fix,
  };
}

/** The first graph that holds a node of the folder; a node that no graph holds yet is named so. */
function graphOf(folder: string | undefined, project: Project, topologies: readonly Topology[]): string {
  const path = folder === undefined ? undefined : `${resolve(project.root, project.nodesFolder, folder)}/`;
  const holds = (topology: Topology): boolean =>
    topology.nodes.some(({ place }) => path !== undefined && place?.file.startsWith(path) === true);
  return topologies.find(holds)?.graph.name ?? "none yet";
}

/** Places of graphs are absolute, so these become absolute too: renderers make them relative again. */
function absolute(party: Party, { root }: Project): Party {
  return party.place === undefined
    ? party
    : { ...party, place: { ...party.place, file: resolve(root, party.place.file) } };
}
