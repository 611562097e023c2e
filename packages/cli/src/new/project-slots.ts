/** The slots of a project as a generator needs them: where each token is imported from, and what a golden may hold. */
import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnySlot } from "@tenon/graph-core";
import { cliError } from "../cli-error.ts";
import { nearest } from "../output/nearest.ts";
import type { Project } from "../project/find-project.ts";

const ADS_MODEL = "@tenon/ads-model";
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
  const model: Readonly<Record<string, unknown>> = await import(import.meta.resolve(ADS_MODEL, pathToFileURL(nodesIndex).href)).catch(
    () => ({}),
  );
  const tokens = new Map<string, AnySlot>(
    [...Object.entries(model), ...Object.entries(exported)].filter((entry): entry is [string, AnySlot] => isSlot(entry[1])),
  );
  const token = (name: string): AnySlot => {
    const found = tokens.get(name);
    if (found !== undefined) return found;
    throw cliError("wrongName", {
      message: `there is no slot token "${name}"`,
      detail: `the project exports ${tokens.size} tokens from ${project.nodesFolder} and ${ADS_MODEL}`,
      hint: nearest(name, [...tokens.keys()]) ?? "`tenon graph NAME` shows the slots of a graph",
    });
  };
  return {
    token,
    importFrom: (name, folder) => {
      if (name in model) return ADS_MODEL;
      const file = token(name).place?.file ?? nodesIndex;
      const path = relative(join(project.root, folder), file).replaceAll("\\", "/");
      return path.startsWith(".") ? path : `./${path}`;
    },
    holdsAds: (name) => token(name).schema === exported[ADS_SCHEMA],
    goldenValue: (name) => goldenValue(project, token(name).name),
  };
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
