import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface FileOwners {
  /** The team a file belongs to, by the longest folder of owners.json that holds it. Paths relative to the root. */
  readonly of: (file: string) => string;
}

interface OwnersFile {
  readonly owners?: readonly { readonly name: string; readonly folders?: readonly string[] }[];
}

/** Files that nobody claims, and all of them in a project without owners, belong to `nobody`. */
export function fileOwners(root: string): FileOwners {
  const file = join(root, "owners.json");
  const { owners = [] } = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as OwnersFile) : {};
  const folders = owners
    .flatMap(({ name, folders: claimed = [] }) => claimed.map((folder) => ({ name, folder })))
    .sort((one, other) => other.folder.length - one.folder.length);
  return { of: (path) => folders.find(({ folder }) => `/${path}`.startsWith(folder))?.name ?? "nobody" };
}
