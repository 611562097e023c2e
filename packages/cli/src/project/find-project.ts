import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cliError } from "../cli-error.ts";

/** A checkout that holds graphs. All paths are absolute. */
export interface Project {
  readonly root: string;
  /** Module that exports every graph. */
  readonly graphsFile: string;
  /** Folder of the node folders, relative to the root, as findings name them. */
  readonly nodesFolder: string;
  readonly ownersFile: string;
}

export const GRAPHS_FILE = "graphs/index.ts";
export const NODES_FOLDER = "packages/nodes";

/**
 * The project that a folder lies in: the nearest folder upwards with `graphs/index.ts`.
 *
 * @throws GraphError TENON1701 when there is none
 */
export function findProject(folder: string): Project {
  for (let root = resolve(folder); ; root = dirname(root)) {
    const graphsFile = join(root, GRAPHS_FILE);
    if (existsSync(graphsFile)) {
      return { root, graphsFile, nodesFolder: NODES_FOLDER, ownersFile: join(root, "owners.json") };
    }
    if (dirname(root) === root) break;
  }
  throw cliError("noProject", {
    message: `no project at or above ${resolve(folder)}`,
    detail: `expected a folder with ${GRAPHS_FILE}`,
    hint: "change into the project, or name it with --project FOLDER",
  });
}
