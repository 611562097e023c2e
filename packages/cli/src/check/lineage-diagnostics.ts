import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic, Graph } from "@tenon/graph-core";
import type { Project } from "../project/find-project.ts";
import { loadLineageParts } from "../project/load-lineage.ts";

/** The manifest as it was last reviewed. */
const MANIFEST = "graphs/topology/servable-document.lineage.txt";

/** Served fields that nobody makes any more, and their like. None for a project without handlers. */
export async function lineageDiagnostics(project: Project, graphs: readonly Graph[]): Promise<readonly Diagnostic[]> {
  const parts = await loadLineageParts(project, graphs);
  if (parts.handlers.length === 0) return [];
  // Loaded here: a project without handlers need not pay for it.
  const { checkLineage } = await import("@tenon/indexer/lineage");
  const file = join(project.root, MANIFEST);
  return checkLineage(parts, { reviewed: existsSync(file) ? readFileSync(file, "utf8") : undefined });
}
