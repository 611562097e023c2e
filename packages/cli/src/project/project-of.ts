import { resolve } from "node:path";
import type { Terminal } from "../terminal.ts";
import { findProject, type Project } from "./find-project.ts";

interface WithProject {
  readonly project?: string | undefined;
}

/** The folder a command works in: `--project`, else where it was started. */
export function folderOf({ project }: WithProject, { folder }: Terminal): string {
  return project === undefined ? folder : resolve(folder, project);
}

/** @throws GraphError TENON1701 when the folder lies in no project */
export function projectOf(options: WithProject, terminal: Terminal): Project {
  return findProject(folderOf(options, terminal));
}
