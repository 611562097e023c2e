import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import type { NodeFolder } from "@tenon/source-rules";
import { cliError } from "../cli-error.ts";
import type { Project } from "./find-project.ts";

interface OwnerEntry {
  readonly name: string;
  readonly folders?: readonly string[];
}

/** Who owns what, as the owners file and the contracts of nodes say. */
export interface ProjectOwners {
  /** Names of the teams; `undefined` for a project without an owners file. */
  readonly names: readonly string[] | undefined;
  /** The team a file belongs to, and the node folder it lies in. Paths absolute or relative to the root. */
  readonly of: (file: string) => { readonly owner: string | undefined; readonly node: string | undefined };
}

/** @throws GraphError TENON1701 when the owners file is no list of owners */
export function readOwners(project: Project, nodes: readonly NodeFolder[]): ProjectOwners {
  const entries = existsSync(project.ownersFile) ? readEntries(project) : undefined;
  const folders = (entries ?? [])
    .flatMap(({ name, folders = [] }) => folders.map((folder) => ({ folder, name })))
    .toSorted((one, other) => other.folder.length - one.folder.length);
  return {
    names: entries?.map(({ name }) => name),
    of: (file) => {
      const path = `/${relativePath(project.root, file)}`;
      const node = nodes.find((folder) => path.startsWith(`/${folder.path}/`));
      const owner = node?.contract?.owner ?? folders.find(({ folder }) => path.startsWith(folder))?.name;
      return { owner, node: node?.name };
    },
  };
}

function relativePath(root: string, file: string): string {
  const path = file.startsWith("/") || /^[A-Za-z]:/.test(file) ? relative(root, file) : file;
  return path.replaceAll("\\", "/");
}

function readEntries({ ownersFile }: Project): readonly OwnerEntry[] {
  let read: { readonly owners?: readonly OwnerEntry[] };
  try {
    read = JSON.parse(readFileSync(ownersFile, "utf8"));
  } catch (cause) {
    throw cliError("noProject", {
      message: `the owners file cannot be read: ${(cause as Error).message}`,
      detail: ownersFile,
      hint: "mend its JSON",
      cause,
    });
  }
  if (!Array.isArray(read?.owners) || read.owners.some(({ name }) => typeof name !== "string")) {
    throw cliError("noProject", {
      message: "the owners file holds no list of owners",
      detail: `expected { "owners": [{ "name": "…", "folders": ["/…/"] }] } in ${ownersFile}`,
      hint: "list the teams there",
    });
  }
  return read.owners;
}
