/** The slots of a project as a generator needs them: where each token is imported from, and what a golden may hold. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnySlot, Graph, Node, Part, Subgraph } from "@tenon/graph-core";
import { cliError } from "../cli-error.ts";
import { nearest } from "../output/nearest.ts";
import type { Project } from "../project/find-project.ts";
import { loadGraphs } from "../project/load-graphs.ts";
import { pascalCase } from "./names.ts";

/** Schema of candidate batches with every column of a retrieved ad, as `packages/nodes` exports it. */
export const ADS_SCHEMA = "retrievedAdsSchema";

export interface ProjectSlots {
  /** @throws GraphError TENON1706 for an unknown token */
  readonly token: (name: string) => AnySlot;
  /** Module specifier of a token for a file of `folder` (relative to the root). */
  readonly importFrom: (name: string, folder: string) => string;
  /** The slot holds a batch of retrieved ads. */
  readonly holdsAds: (name: string) => boolean;
  /** A value of the slot, as some golden of the project states it. */
  readonly goldenValue: (name: string) => unknown;
}

export async function readSlots(project: Project): Promise<ProjectSlots> {
  const nodesIndex = join(project.root, project.nodesFolder, "index.ts");
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(nodesIndex).href);
  const tokens = new Map<string, AnySlot>();
  for (const token of tokensOf(await loadGraphs(project))) tokens.set(pascalCase(token.name), token);
  for (const [name, value] of Object.entries(exported)) if (isSlot(value)) tokens.set(name, value);
  const token = (name: string): AnySlot => {
    const found = tokens.get(name);
    if (found !== undefined) return found;
    throw cliError("wrongName", {
      message: `there is no slot token "${name}"`,
      detail: `the project has ${tokens.size} slots`,
      hint: nearest(name, [...tokens.keys()]) ?? "`tenon graph NAME` shows the slots of a graph",
    });
  };
  return {
    token,
    importFrom: (name, folder) => {
      const file = token(name).place?.file ?? nodesIndex;
      const owner = packageOf(file);
      if (owner !== undefined && owner.folder !== packageOf(nodesIndex)?.folder) return owner.name;
      const path = relative(join(project.root, folder), file).replaceAll("\\", "/");
      return path.startsWith(".") ? path : `./${path}`;
    },
    holdsAds: (name) => token(name).schema === exported[ADS_SCHEMA],
    goldenValue: (name) => goldenValue(project, token(name).name),
  };
}

/** Every slot that some node of the graphs reads or writes. */
function tokensOf(graphs: readonly Graph[]): readonly AnySlot[] {
  const slots = (part: Part): readonly AnySlot[] => {
    const { definition } = part as Node;
    if (definition !== undefined) return [...definition.reads, ...definition.soft, ...definition.writes];
    return Object.values((part as Subgraph).nodes).flatMap(slots);
  };
  return graphs.flatMap((graph) => Object.values(graph.nodes).flatMap(slots));
}

/** The package that a file belongs to. */
function packageOf(file: string): { readonly folder: string; readonly name: string } | undefined {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly name: string };
    return { folder, name };
  }
  return undefined;
}

function isSlot(value: unknown): value is AnySlot {
  return typeof value === "object" && value !== null && (value as { readonly kind?: unknown }).kind === "slot";
}

function goldenValue(project: Project, slot: string): unknown {
  const files = globSync(`${project.nodesFolder}/*/*/golden/exemplary/*.json`, { cwd: project.root }).sort();
  for (const file of files) {
    const text = readFileSync(join(project.root, file), "utf8");
    if (!text.includes(`"${slot}"`)) continue;
    const { inputs } = JSON.parse(text) as { readonly inputs?: Readonly<Record<string, unknown>> };
    if (inputs?.[slot] !== undefined) return inputs[slot];
  }
  return undefined;
}
