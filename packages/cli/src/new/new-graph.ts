import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnySlot, checkGraphs, graph, type Node, renderTopology, topologyOf } from "@tenon/graph-core";
import { readNodeFolders } from "@tenon/source-rules";
import { cliError } from "../cli-error.ts";
import { nearest } from "../output/nearest.ts";
import type { Project } from "../project/find-project.ts";
import { readOwners } from "../project/owners.ts";
import { byImportOrder, camelCase, inWords, requireKebab, requireOwner } from "./names.ts";
import { editedFile, type NewFile, newFile, withExport } from "./new-file.ts";

export interface NewGraphOptions {
  /** `folder/name`: `serving/user-preview`. */
  readonly path: string;
  readonly owner: string;
  readonly purpose?: string | undefined;
  /** Nodes, by their names in `packages/nodes`; what they need from outside becomes the request. */
  readonly nodes: readonly string[];
}

/**
 * The files of a new graph: the graph itself, its export, its drawing. Slots that its nodes read and none of them writes
 * become its request; slots that none of them reads become its answer.
 *
 * @throws GraphError TENON1706 for a name, team or node that does not do
 */
export async function newGraph(project: Project, options: NewGraphOptions): Promise<readonly NewFile[]> {
  const [folder = "", name = "", ...more] = options.path.split("/");
  if (name === "" || more.length > 0) {
    throw cliError("wrongName", {
      message: `"${options.path}" does not say folder and name`,
      detail: "expected <folder>/<name>, below graphs/",
      hint: `for example "serving/${folder || "user-preview"}"`,
    });
  }
  requireKebab("folder", folder);
  requireKebab("graph", name);
  const { names } = readOwners(project, readNodeFolders({ root: project.root, nodes: project.nodesFolder }));
  requireOwner(options.owner, names, nearest(options.owner, names ?? []));
  const exported: Readonly<Record<string, unknown>> = await import(
    pathToFileURL(join(project.root, project.nodesFolder, "index.ts")).href
  );
  const nodes = Object.fromEntries(options.nodes.map((each) => [each, nodeNamed(each, exported)]));
  const ends = endsOf(Object.values(nodes));
  const purpose = options.purpose ?? `${inWords(name)}: say in one line what it answers`;
  const text = graphText({ ...options, name, purpose, ends, exported });
  return [
    newFile(`graphs/${folder}/${name}.graph.ts`, text),
    newFile(`graphs/topology/${name}.topology.txt`, drawing({ ...options, name, purpose, ends, nodes })),
    editedFile(project.root, "graphs/index.ts", (before = "") =>
      withExport(before, `export { ${camelCase(name)} } from "./${folder}/${name}.graph.ts";`),
    ),
  ];
}

interface Ends {
  readonly request: readonly AnySlot[];
  readonly respond: readonly AnySlot[];
}

interface GraphFacts extends NewGraphOptions {
  readonly name: string;
  readonly purpose: string;
  readonly ends: Ends;
}

function nodeNamed(name: string, exported: Readonly<Record<string, unknown>>): Node {
  const found = exported[name] as Node | undefined;
  if (found?.definition?.run !== undefined) return found;
  const names = Object.keys(exported).filter(
    (each) => (exported[each] as Node | undefined)?.definition?.run !== undefined,
  );
  throw cliError("wrongName", {
    message: `there is no node "${name}"`,
    detail: `the project has ${names.length} nodes`,
    hint: nearest(name, names) ?? "name exports of packages/nodes/index.ts, joined by commas",
  });
}

function endsOf(nodes: readonly Node[]): Ends {
  const writes = new Set(nodes.flatMap(({ definition }) => definition.writes));
  const reads = new Set(
    nodes.flatMap(({ definition }) => [
      ...definition.reads,
      ...definition.soft,
      ...(definition.when === undefined ? [] : [definition.when]),
    ]),
  );
  return {
    request: [...reads].filter((slot) => !writes.has(slot)),
    respond: [...writes].filter((slot) => !reads.has(slot)),
  };
}

function tokenOf(slot: AnySlot): string {
  return slot.name.charAt(0).toUpperCase() + slot.name.slice(1);
}

function graphText(facts: GraphFacts & { readonly exported: Readonly<Record<string, unknown>> }): string {
  const { name, owner, purpose, ends, nodes, exported } = facts;
  const tokens = [...ends.request, ...ends.respond].map(tokenOf);
  const ofNodes = [...nodes, ...tokens.filter((token) => token in exported)];
  const ofModel = tokens.filter((token) => !(token in exported));
  const imports = [
    ...(ofModel.length === 0 ? [] : [importText(ofModel, "@tenon/ads-model")]),
    'import { graph } from "@tenon/graph-core";',
    importText(ofNodes, "@tenon/nodes"),
  ];
  return `${imports.join("\n")}

export const ${camelCase(name)} = graph({
  name: "${name}",
  owner: "${owner}",
  purpose: ${JSON.stringify(purpose)},
  request: [${ends.request.map(tokenOf).join(", ")}],
  nodes: {
${nodes.map((node) => `    ${node},`).join("\n")}
  },
  respond: [${ends.respond.map(tokenOf).join(", ")}],
});
`;
}

/** Width up to which an import stays on one line. */
const LINE_CHARACTERS_MAX = 120;

function importText(names: readonly string[], from: string): string {
  const sorted = [...new Set(names)].sort(byImportOrder);
  const line = `import { ${sorted.join(", ")} } from "${from}";`;
  if (line.length <= LINE_CHARACTERS_MAX) return line;
  return `import {\n${sorted.map((name) => `  ${name},`).join("\n")}\n} from "${from}";`;
}

/** The drawing that the graph's test compares; refuses nodes that do not make a graph. */
function drawing(facts: Omit<GraphFacts, "nodes"> & { readonly nodes: Readonly<Record<string, Node>> }): string {
  const { name, owner, purpose, ends, nodes } = facts;
  const untyped = graph as unknown as (options: object) => Parameters<typeof topologyOf>[0];
  const made = untyped({ name, owner, purpose, request: ends.request, nodes, respond: ends.respond });
  const errors = checkGraphs([made as never]).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw cliError("wrongName", {
      message: "these nodes alone do not make a graph",
      detail: errors.map(({ code, message }) => `${code} ${message}`).join("\n"),
      hint: "add the nodes that are missing, or leave out those that do not belong",
    });
  }
  return renderTopology(topologyOf(made), "text");
}
