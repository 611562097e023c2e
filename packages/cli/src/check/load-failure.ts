/** A graph that does not even load: which file, whose, and whose the other side is. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic, Party } from "@tenon/graph-core";
import type { Project } from "../project/find-project.ts";
import type { ProjectOwners } from "../project/owners.ts";

export const LOAD_CODE = "TENON1702";

/** The diagnostic of what loading threw. Reads the files that it names, runs nothing. */
export function loadFailure(error: unknown, project: Project, owners: ProjectOwners): Diagnostic {
  const reason = error instanceof Error ? error.message : String(error);
  const place = placeIn(error, project) ?? { file: project.graphsFile, line: 1, column: 1 };
  const other = otherFile(reason, place.file);
  const name = missingName(reason);
  const primary: Party = {
    ...partyOf(place.file, project, owners),
    place: name === undefined ? place : { ...place, ...columnOf(name, place) },
    label: "cannot be loaded",
  };
  const secondary: readonly Party[] =
    other === undefined
      ? []
      : [{ ...partyOf(other, project, owners), place: { file: other, line: 1, column: 1 }, label: otherLabel(name) }];
  return {
    code: LOAD_CODE,
    rule: "loads",
    severity: "error",
    graph: relative(project.root, project.graphsFile),
    message: `${partyText(primary)} cannot be loaded: ${shortened(reason, project)}`,
    primary,
    secondary,
    hint: hintFor(reason, name),
  };
}

/** First file of the project that the error names, innermost first. */
function placeIn(error: unknown, project: Project): Party["place"] {
  const text = error instanceof Error ? `${error.stack ?? ""}\n${error.message}` : "";
  for (const match of text.matchAll(/((?:file:\/\/)?\/[^\s'"():]+\.[cm]?[jt]s)(?::(\d+))?(?::(\d+))?/g)) {
    const [, path = "", line = "1", column = "1"] = match;
    const file = path.startsWith("file://") ? fileURLToPath(path) : path;
    const inside = file.startsWith(`${project.root}/`) && !file.includes("/node_modules/");
    if (inside && existsSync(file)) return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** The module that lacks what the failing one imports: a file of the project, or the entry of a package. */
function otherFile(reason: string, from: string): string | undefined {
  const specifier = /requested module '([^']+)'/.exec(reason)?.[1];
  if (specifier === undefined) return undefined;
  const file = specifier.startsWith(".") ? resolve(dirname(from), specifier) : entryOf(specifier, from);
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** Where the names of a package come from: its entry in source where there is one, else its manifest. */
function entryOf(specifier: string, from: string): string | undefined {
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  for (let folder = dirname(from); dirname(folder) !== folder; folder = dirname(folder)) {
    const installed = join(folder, "node_modules", name);
    if (!existsSync(installed)) continue;
    const manifest = join(realpathSync(installed), "package.json");
    const { exports = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
      readonly exports?: Readonly<Record<string, { readonly "@tenon/source"?: string } | string>>;
    };
    const entry = exports[specifier === name ? "." : `.${specifier.slice(name.length)}`];
    const source = typeof entry === "object" ? entry["@tenon/source"] : undefined;
    return source === undefined ? manifest : join(dirname(manifest), source);
  }
  return undefined;
}

function missingName(reason: string): string | undefined {
  return /export named '([^']+)'/.exec(reason)?.[1];
}

function otherLabel(name: string | undefined): string {
  return name === undefined ? "is what it imports" : `has no export "${name}"`;
}

/** Where the missing name stands in the importing file: Node points at the line of the statement only. */
function columnOf(name: string, place: NonNullable<Party["place"]>): { line: number; column: number } {
  const lines = readFileSync(place.file, "utf8").split("\n");
  for (let at = place.line - 1; at < lines.length; at += 1) {
    const column = lines[at]?.search(new RegExp(`\\b${name}\\b`)) ?? -1;
    if (column >= 0) return { line: at + 1, column: column + 1 };
  }
  return place;
}

function partyOf(file: string, project: Project, owners: ProjectOwners): Party {
  const { owner, node } = owners.of(file);
  // A file beside the node folders is known by its path.
  return { kind: node === undefined ? "resource" : "node", name: node ?? shownPath(file, project), owner };
}

/** A package that lies outside of the project is known by its folder. */
function shownPath(file: string, { root }: Project): string {
  const path = relative(root, file);
  return path.startsWith("..") ? file.split("/").slice(-3).join("/") : path;
}

function partyText({ kind, name, owner }: Party): string {
  return `${kind === "node" ? "node" : "file"} "${name}"${owner === undefined ? "" : ` (owner ${owner})`}`;
}

function shortened(reason: string, { root }: Project): string {
  return reason.split("\n")[0]?.replaceAll(`${root}/`, "") ?? "";
}

function hintFor(reason: string, name: string | undefined): string {
  if (name !== undefined) return `export "${name}" there again, or import what it is called now`;
  if (/cannot find (module|package)/i.test(reason)) return "correct the path, or install what the import names";
  return "mend the module: nothing that imports it can be checked before it loads";
}
