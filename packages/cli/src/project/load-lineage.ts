/** What a project declares beside its graphs: the handlers and tasks of its pipelines. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Graph } from "@tenon/graph-core";
import type { LineageParts } from "@tenon/indexer/lineage";
import type { Handler, Task } from "@tenon/stream-runtime";
import type { Project } from "./find-project.ts";

const HANDLER_FILES = "graphs/**/*.handler.ts";
const TASK_FILES = "graphs/**/*.tasks.ts";

/** In the order of their files; whatever a module throws while it loads comes out as it is. */
export async function loadLineageParts(project: Project, graphs: readonly Graph[]): Promise<LineageParts> {
  return {
    graphs,
    handlers: await exportedBy<Handler>(project, HANDLER_FILES, "handler"),
    tasks: await exportedBy<Task>(project, TASK_FILES, "task"),
  };
}

async function exportedBy<Kind>({ root }: Project, files: string, kind: string): Promise<readonly Kind[]> {
  const found = new Set<unknown>();
  for (const file of globSync(files, { cwd: root }).toSorted()) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
    for (const value of Object.values(exported)) if (isOfKind(value, kind)) found.add(value);
  }
  return [...found] as Kind[];
}

function isOfKind(value: unknown, kind: string): boolean {
  return typeof value === "object" && value !== null && (value as { readonly kind?: unknown }).kind === kind;
}
