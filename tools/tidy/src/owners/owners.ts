import type { NodeFolder } from "@tenon/source-rules";

/** A team, as `owners.json` lists it. */
export interface Owner {
  readonly name: string;
  readonly purpose: string;
  /** Who is asked for review: a team handle of the code host. */
  readonly contact: string;
  /** Folders the team owns as a whole; a node folder goes to the owner in its contract, whatever folder it lies in. */
  readonly folders: readonly string[];
}

const GENERATED = "Generated from owners.json and the node contracts by `npm run owners`. Do not edit.";

/**
 * CODEOWNERS text. The last matching line wins there, so folders come before what they contain, and nodes come last.
 * @throws Error when a contract names a team that `owners.json` does not list.
 */
export function codeOwnersText(owners: readonly Owner[], nodes: readonly NodeFolder[]): string {
  const contacts = new Map(owners.map((owner) => [owner.name, owner.contact]));
  const folders = owners.flatMap((owner) => owner.folders.map((folder) => ({ folder, contact: owner.contact })));
  const nodeLines = nodes.flatMap(({ path, contract }) => {
    if (contract === undefined) return [];
    const contact = contacts.get(contract.owner);
    if (contact === undefined) throw new Error(unknownOwner(path, contract.owner, owners));
    return [{ folder: `/${path}/`, contact }];
  });
  const lines = [...byFolder(folders), ...byFolder(nodeLines)].map(
    ({ folder, contact }) => `${folder === "/" ? "*" : folder} ${contact}`,
  );
  return `# ${GENERATED}\n${lines.join("\n")}\n`;
}

function byFolder<Line extends { readonly folder: string }>(lines: readonly Line[]): readonly Line[] {
  return lines.toSorted((one, other) => (one.folder < other.folder ? -1 : 1));
}

/** What to say about a contract whose owner is not listed. */
export function unknownOwner(path: string, owner: string, owners: readonly Owner[]): string {
  const listed = owners.map(({ name }) => name).join(", ");
  return `${path} is owned by "${owner}", which owners.json does not list (${listed}): add the team or correct the contract`;
}

/** Module that narrows `owner` to the listed teams wherever the domain model is imported. */
export function ownersModuleText(owners: readonly Owner[]): string {
  const names = owners.map((owner) => JSON.stringify(owner.name));
  return [
    `// ${GENERATED}`,
    'import type {} from "@tenon/graph-core";',
    "",
    'declare module "@tenon/graph-core" {',
    "  interface Owners {",
    ...owners.flatMap((owner, index) => [`    /** ${owner.purpose} */`, `    readonly ${names[index]}: true;`]),
    "  }",
    "}",
    "",
    "/** Names of the teams that may own slots, nodes, graphs and resources. */",
    "export const ownerNames = [",
    ...names.map((name) => `  ${name},`),
    "] as const;",
    "",
  ].join("\n");
}

/** The team a CODEOWNERS text gives a path to: the last line that matches. Understands the lines written above. */
export function ownerOfPath(codeOwners: string, path: string): string | undefined {
  let found: string | undefined;
  for (const line of codeOwners.split("\n")) {
    const [folder, contact] = line.startsWith("#") ? [] : line.split(" ");
    if (folder !== undefined && contact !== undefined && (folder === "*" || `/${path}`.startsWith(folder)))
      found = contact;
  }
  return found;
}
