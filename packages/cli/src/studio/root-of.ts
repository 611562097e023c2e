import { findProject } from "../project/find-project.ts";

/** Root of the project that a folder lies in; undefined outside of one. */
export function rootOf(folder: string): string | undefined {
  try {
    return findProject(folder).root;
  } catch {
    return undefined;
  }
}
