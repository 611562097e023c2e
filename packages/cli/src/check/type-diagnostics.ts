/** Errors of the type checker in the words of the graph: which node, whose, and which slots and teams are concerned. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Diagnostic, Party, Topology, TopologyNode, TopologySlot } from "@tenon/graph-core";
import { cliError } from "../cli-error.ts";
import type { Project } from "../project/find-project.ts";
import type { ProjectOwners } from "../project/owners.ts";

export const TYPE_CODE = "TENON1708";

/** One error as `tsc --pretty false` prints it; the lines below it that belong to it are in `more`. */
export interface TypeError {
  /** Relative to the folder that tsc ran in. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `TS2322`. */
  readonly code: string;
  readonly message: string;
  readonly more: readonly string[];
}

const ERROR_LINE = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;

/** Reads the output of tsc. Lines that are no errors and belong to none are left out. */
export function typeErrorsIn(output: string): readonly TypeError[] {
  const errors: (TypeError & { more: string[] })[] = [];
  for (const text of output.split("\n")) {
    const match = ERROR_LINE.exec(text.trimEnd());
    if (match !== null) {
      const [, file = "", line = "1", column = "1", code = "", message = ""] = match;
      errors.push({ file, line: Number(line), column: Number(column), code, message, more: [] });
    } else if (/^\s+\S/.test(text)) errors.at(-1)?.more.push(text.trim());
  }
  return errors;
}

/**
 * Type-checks the project with its own compiler.
 *
 * @throws GraphError TENON1709 when the project has no compiler or no tsconfig.json, or the compiler cannot run
 */
export async function typeDiagnostics(
  project: Project,
  owners: ProjectOwners,
  topologies: readonly Topology[],
): Promise<readonly Diagnostic[]> {
  const output = await runTypeChecker(project);
  return typeErrorsIn(output).map((error) => diagnosticOf(error, { project, owners, topologies }));
}

async function runTypeChecker({ root }: Project): Promise<string> {
  const compiler = compilerOf(root);
  const config = join(root, "tsconfig.json");
  if (compiler === undefined || !existsSync(config)) {
    throw cliError("missingProgram", {
      message: "types cannot be checked",
      detail: `${compiler === undefined ? "typescript" : config} is not there`,
      hint: "install typescript in the project and give it a tsconfig.json, or check with --no-types",
    });
  }
  const child = spawn(process.execPath, [compiler, "-p", "tsconfig.json", "--pretty", "false", "--noEmit"], {
    cwd: root,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  const status = await new Promise<number | null>((done, failed) => child.on("close", done).on("error", failed));
  if (status !== 0 && typeErrorsIn(output).length === 0) {
    throw cliError("missingProgram", {
      message: `the type checker ended with ${status ?? "a signal"} and named no place`,
      detail: output.trim().split("\n").slice(0, 10).join("\n"),
      hint: "run `npx tsc -p tsconfig.json` to see what it lacks",
    });
  }
  return output;
}

/** The compiler of the project or of a folder above it. */
function compilerOf(root: string): string | undefined {
  try {
    return join(dirname(createRequire(join(root, "package.json")).resolve("typescript/package.json")), "bin/tsc");
  } catch {
    return undefined;
  }
}

interface Facts {
  readonly project: Project;
  readonly owners: ProjectOwners;
  readonly topologies: readonly Topology[];
}

function diagnosticOf(error: TypeError, facts: Facts): Diagnostic {
  const { project, owners, topologies } = facts;
  const file = resolve(project.root, error.file);
  const { owner, node: folder } = owners.of(file);
  const found = nodeDeclaredIn(file, topologies);
  const graph = topologies.find((topology) => topology.graph.place?.file === file) ?? found?.topology;
  const primary: Party = {
    kind: found !== undefined || folder !== undefined ? "node" : graph === undefined ? "resource" : "graph",
    name: found?.node.name ?? folder ?? graph?.graph.name ?? error.file,
    owner,
    place: { file, line: error.line, column: error.column },
    label: error.message,
  };
  const kind = primary.kind === "resource" ? "file" : primary.kind;
  return {
    code: TYPE_CODE,
    rule: "types",
    severity: "error",
    graph: graph?.graph.name ?? "none yet",
    message: `${kind} "${primary.name}"${owner === undefined ? "" : ` (owner ${owner})`} has a type error, ${error.code}: ${error.message}`,
    primary,
    secondary: concerned(error, file, found, topologies),
    hint: error.more.at(-1) ?? "make what the node says and what its contract says agree",
  };
}

interface FoundNode {
  readonly node: TopologyNode;
  readonly topology: Topology;
}

/** The node whose folder, or file for a node outside of folders, holds the error. */
function nodeDeclaredIn(file: string, topologies: readonly Topology[]): FoundNode | undefined {
  const folder = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
  for (const topology of topologies) {
    if (topology.graph.place?.file === file) continue;
    const node =
      topology.nodes.find(({ place }) => place?.file === file) ??
      topology.nodes.find(({ place }) => place !== null && folder(place.file) === folder(file));
    if (node !== undefined) return { node, topology };
  }
  return undefined;
}

/**
 * The slots that the error is about, and the nodes that write them: the slot whose field is read, else those named in the
 * message or standing on the line. Where none is named, nothing is guessed.
 */
function concerned(
  error: TypeError,
  file: string,
  found: FoundNode | undefined,
  topologies: readonly Topology[],
): readonly Party[] {
  const line = lineOf(file, error.line);
  const readFrom = /([A-Za-z_$][\w$]*)\??\.$/.exec(line.slice(0, error.column - 1))?.[1];
  const named = new Set([error.message, ...error.more, line].join(" ").match(IDENTIFIER));
  const slots = (found === undefined ? topologies : [found.topology]).flatMap((topology) =>
    topology.slots.flatMap((slot) => (isOwn(slot, found) ? [{ slot, topology }] : [])),
  );
  const exact = slots.filter(({ slot }) => slot.name === readFrom);
  const likely = slots.filter(({ slot }) => named.has(slot.name) || named.has(tokenName(slot.name)));
  const label = exact.length > 0 ? "is the slot it is about" : "stands on the line";
  return (exact.length > 0 ? exact : likely).flatMap(({ slot, topology }): readonly Party[] => {
    const party: Party = { kind: "slot", name: slot.name, owner: slot.owner, place: slot.place ?? undefined, label };
    const producer = topology.nodes.find((node) => node.name === slot.producer && node.name !== found?.node.name);
    return producer === undefined ? [party] : [party, writerParty(producer)];
  });
}

const IDENTIFIER = /[A-Za-z_$][\w$]*/g;

/** Slots of other nodes are not a node's business, whatever its line says. */
function isOwn({ key }: TopologySlot, found: FoundNode | undefined): boolean {
  return found === undefined || [...found.node.reads, ...found.node.soft, ...found.node.writes].includes(key);
}

function tokenName(slot: string): string {
  return slot.charAt(0).toUpperCase() + slot.slice(1);
}

function writerParty({ name, owner, place }: TopologyNode): Party {
  return { kind: "node", name, owner, place: place ?? undefined, label: "writes it" };
}

function lineOf(file: string, line: number): string {
  return existsSync(file) ? (readFileSync(file, "utf8").split("\n")[line - 1] ?? "") : "";
}
