import { existsSync, globSync, readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import { checkSource } from "./check-source.ts";
import { type Contract, contractsIn } from "./contract.ts";
import { declaredOwnersIn } from "./declared-owners.ts";
import type { SourceFinding } from "./finding.ts";
import { nodeFolderOf } from "./node-folder.ts";

export interface NodeFolder {
  /** `stage/node-name`. */
  readonly name: string;
  /** Path from the root given to {@link readNodeFolders}, with `/`. */
  readonly path: string;
  /** Contract of the folder's `*.contract.ts`; `undefined` when there is none or it names no owner. */
  readonly contract: Contract | undefined;
}

export interface CheckNodeFoldersOptions {
  /** Folder that paths in findings are relative to: the repository's root. */
  readonly root: string;
  /** Folder of the nodes below `root`: `packages/nodes`. */
  readonly nodes: string;
  /** Folders below `root` that declare further slots and resources, whose owners findings then name. */
  readonly alsoDeclaredIn?: readonly string[];
  /** Team that owns the process nodes run in, named as the other party of ambient findings. */
  readonly hostOwner?: string;
}

const TEST_FILE = /\.(?:test|test-d|property\.test|bench)\.ts$/;
const SKIPPED_FOLDERS = /(?:^|\/)(?:node_modules|dist|golden|fixtures|testing)\//;

/** Every node folder below `nodes`, sorted by name: two levels down, as `nodes/<stage>/<node-name>/`. */
export function readNodeFolders({ root, nodes }: CheckNodeFoldersOptions): readonly NodeFolder[] {
  const folders = new Map<string, NodeFolder>();
  for (const path of sourceFilesIn(root, nodes)) {
    const name = nodeFolderOf(path);
    if (name === undefined) continue;
    const contract = path.endsWith(".contract.ts") ? read(contractsIn, resolve(root, path))[0] : undefined;
    const known = folders.get(name);
    folders.set(name, { name, path: posix.join(nodes, name), contract: known?.contract ?? contract });
  }
  return [...folders.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Checks the sources of every node, of the stages' slots and of their shared folders; tests and goldens are left out. */
export function checkNodeFolders(options: CheckNodeFoldersOptions): readonly SourceFinding[] {
  const owners = new Map(readNodeFolders(options).map((folder) => [folder.name, folder.contract?.owner]));
  const ownerOf = (folder: string): string | undefined => owners.get(folder);
  const slotOwners = declaredOwners(options);
  const ownerOfSlot = (kind: string, name: string): string | undefined => slotOwners.get(`${kind} ${name}`);
  return sourceFilesIn(options.root, options.nodes).flatMap((file) => {
    const folder = nodeFolderOf(file);
    return checkSource({
      file,
      text: readFileSync(resolve(options.root, file), "utf8"),
      owner: folder === undefined ? undefined : ownerOf(folder),
      ownerOf,
      ownerOfSlot,
      hostOwner: options.hostOwner,
    });
  });
}

/** `slot name` or `resource name` → owner. */
function declaredOwners({ root, nodes, alsoDeclaredIn = [] }: CheckNodeFoldersOptions): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const file of [nodes, ...alsoDeclaredIn].flatMap((folder) => sourceFilesIn(root, folder))) {
    for (const { kind, name, owner } of read(declaredOwnersIn, resolve(root, file)))
      owners.set(`${kind} ${name}`, owner);
  }
  return owners;
}

/** A file that cannot be read is reported by the check of that file, and says nothing here. */
function read<Found>(readText: (text: string) => readonly Found[], path: string): readonly Found[] {
  try {
    return readText(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function sourceFilesIn(root: string, nodes: string): readonly string[] {
  if (!existsSync(resolve(root, nodes))) return [];
  return globSync(`${nodes}/**/*.ts`, { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !SKIPPED_FOLDERS.test(path) && !TEST_FILE.test(path) && !path.endsWith(".d.ts"))
    .sort();
}
