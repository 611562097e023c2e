import { pathToFileURL } from "node:url";
import type { Graph } from "@tenon/graph-core";
import { cliError } from "../cli-error.ts";
import type { Project } from "./find-project.ts";

/**
 * Every graph that the project exports, in the order of their names in code.
 *
 * Whatever the modules throw while they load comes out as it is: `tenon check` describes it, other commands wrap it
 * with {@link loadGraphs}.
 */
export async function importGraphs(project: Project): Promise<readonly Graph[]> {
  const exported: Record<string, unknown> = await import(pathToFileURL(project.graphsFile).href);
  return Object.values(exported).filter(isGraph);
}

/** @throws GraphError TENON1702 when they cannot be loaded */
export async function loadGraphs(project: Project): Promise<readonly Graph[]> {
  try {
    return await importGraphs(project);
  } catch (cause) {
    throw cliError("graphsNotLoaded", {
      message: `the graphs cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      detail: project.graphsFile,
      hint: "`tenon check` shows the place and whose it is",
      cause,
    });
  }
}

function isGraph(value: unknown): value is Graph {
  return typeof value === "object" && value !== null && (value as { readonly kind?: unknown }).kind === "graph";
}
