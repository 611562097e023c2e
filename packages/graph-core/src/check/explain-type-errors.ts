/**
 * Compiler errors as diagnostics: a file and a line become a node and its owner, the slot at stake and its owner, and
 * the other side: who else shares that slot.
 *
 * The text is read by eye, not parsed: names of the node's slots are looked for at the error, on its line, and where the
 * variable at the error was made. What stays unknown is left out; the compiler's own words are always there.
 */
import type { AnyResource } from "../contract/resource.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { Graph } from "../graph/graph.ts";
import { type WiredNode, type Wiring, wire } from "../graph/wiring.ts";
import { endOfCall, offsetOf } from "./call-span.ts";
import type { CompilerError } from "./compiler-output.ts";
import type { Diagnostic, Party } from "./diagnostic.ts";
import {
  graphParty,
  graphText,
  nodeParty,
  nodeText,
  resourceParty,
  resourceText,
  slotParty,
  slotText,
} from "./rule.ts";
import { featureSchemaOf } from "./slot-facts.ts";
import { soundDefinition } from "./sound-definition.ts";
import { classOf, type ErrorClass } from "./type-error-classes.ts";

export interface ExplainOptions {
  /** The text of a source file. */
  readonly source: (file: string) => string | undefined;
  /** What `checkGraph` reported on the same graphs: a wiring mistake that it names already is not reported twice. */
  readonly reported?: readonly Diagnostic[];
}

/** Where an error stands: the node it is in, and the graph that uses the node. */
export interface Site {
  readonly wiring: Wiring;
  readonly node: WiredNode;
  /** Within the node's declaration, not only in its file or folder. */
  readonly inside: boolean;
}

/**
 * Turns compiler errors into diagnostics of class TENON105x, one per cause: follow-on errors of one line and errors that
 * the graph check reports under its own code are left out. Errors outside of nodes and graphs are given with the
 * compiler's words only, owned by the graph nearest to them.
 */
export function explainTypeErrors(
  errors: readonly CompilerError[],
  graphs: readonly Graph[],
  { source, reported = [] }: ExplainOptions,
): readonly Diagnostic[] {
  const wirings = graphs.map((graph) => wire(soundDefinition(graph).graph));
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const error of errors) {
    const at = `${error.file}:${error.line}`;
    // The first error of a line is the cause; parameters without a type, and the like, follow from it.
    if (seen.has(at)) continue;
    seen.add(at);
    const text = source(error.file) ?? "";
    if (isReported(classOf(error), reported)) continue;
    const diagnostic = explain(error, wirings, text);
    if (!isFallbackReported(diagnostic, text, reported)) diagnostics.push(diagnostic);
  }
  return diagnostics;
}

/** Whether the graph check tells of the same: of the same code, or of the slot that the compiler names. */
function isReported({ wiring, names }: ErrorClass, reported: readonly Diagnostic[]): boolean {
  if (wiring === undefined) return false;
  const tells = ({ primary, secondary }: Diagnostic): boolean =>
    [primary, ...secondary].some((party) => party.kind === "slot" && party.name === names[0]);
  return reported.some((each) => each.code === wiring.code || tells(each));
}

/** A fallback that does not fit is seen by both: `fallback-fits` says where in the value. */
function isFallbackReported({ primary }: Diagnostic, text: string, reported: readonly Diagnostic[]): boolean {
  const line = primary.place?.line ?? 0;
  const near = text.split("\n").slice(Math.max(0, line - FALLBACK_LINES_MAX), line);
  if (!near.some((each) => /\bfallback\b/.test(each))) return false;
  return reported.some((each) => each.code === "TENON1020" && each.primary.name === primary.name);
}

/** Lines above an error in which its fallback begins. */
const FALLBACK_LINES_MAX = 8;

function explain(error: CompilerError, wirings: readonly Wiring[], text: string): Diagnostic {
  const place = { file: error.file, line: error.line, column: error.column };
  const site = siteOf(error, wirings, text);
  const found = { expected: "code that the type checker accepts", found: `TS${error.code}: ${shortReason(error)}` };
  if (site === undefined) return outside(error, wirings, found);
  const { node, wiring } = site;
  const { token, resource }: AtStake = site.inside ? atStake(error, site, text) : {};
  const kind = classOf(error, site, token);
  const other = otherSide(site, token);
  const thing = token === undefined ? resource && resourceText(resource) : slotText(token);
  const what = kind.says(thing ?? "");
  return {
    code: kind.code,
    rule: kind.rule,
    severity: "error",
    graph: wiring.graph.name,
    message: `${nodeText(node)} ${what}${other.text}`,
    primary: { ...nodeParty(node, kind.label), place },
    secondary: [
      ...(token === undefined ? [] : [slotParty(token, "is at stake")]),
      ...(resource === undefined ? [] : [resourceParty(resource, "is at stake")]),
      ...other.parties,
    ],
    detail: found,
    hint: kind.hint,
  };
}

/** The shortest sentence says most: the longer ones print whole types. */
function shortReason({ message, because }: CompilerError): string {
  const reasons = [message, ...because].filter((line) => !/^(?:Types of property|The types of) /.test(line));
  return reasons.reduce((shortest, line) => (line.length < shortest.length ? line : shortest));
}

/** In a graph literal, or in code that belongs to no node. */
function outside(error: CompilerError, wirings: readonly Wiring[], found: Diagnostic["detail"]): Diagnostic {
  const place = { file: error.file, line: error.line, column: error.column };
  const near = wirings.find(({ graph }) => graph.place?.file === error.file) ?? wirings[0];
  const party: Party =
    near === undefined ? { kind: "graph", name: error.file, place } : { ...graphParty(near.graph), place };
  const { names, wiring } = classOf(error);
  const parties = near === undefined ? [] : names.flatMap((name) => partiesNamed(near, name));
  return {
    code: wiring?.code ?? "TENON1054",
    rule: "type-error",
    severity: "error",
    graph: near?.graph.name ?? "",
    message: `${near === undefined ? `file "${error.file}"` : graphText(near.graph)} does not compile: ${shortReason(error)}`,
    primary: party,
    secondary: parties,
    ...(found !== undefined && { detail: found }),
    hint: "mend the code where the compiler points",
  };
}

function partiesNamed(wiring: Wiring, name: string): readonly Party[] {
  const token = tokenNamed(wiring, name);
  const nodes = wiring.nodes.filter((node) => node.name === name);
  return [...(token === undefined ? [] : [slotParty(token)]), ...nodes.map((node) => nodeParty(node))];
}

/** The node whose declaration encloses an error; else a node of the same file, or of its folder (a contract beside it). */
function siteOf(error: CompilerError, wirings: readonly Wiring[], text: string): Site | undefined {
  const offset = offsetOf(text, error);
  let sameFile: Site | undefined;
  let sameFolder: Site | undefined;
  for (const wiring of wirings) {
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      const { place } = node.definition;
      if (place === undefined) continue;
      if (place.file === error.file) {
        const start = offsetOf(text, place);
        if (start <= offset && offset < endOfCall(text, start)) return { wiring, node, inside: true };
        sameFile ??= { wiring, node, inside: false };
      } else if (folderOf(place.file) === folderOf(error.file)) sameFolder ??= { wiring, node, inside: false };
    }
  }
  const inGraph = wirings.some(({ graph }) => {
    if (graph.place?.file !== error.file) return false;
    const start = offsetOf(text, graph.place);
    return start <= offset && offset < endOfCall(text, start);
  });
  return inGraph ? undefined : (sameFile ?? sameFolder);
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

interface AtStake {
  readonly token?: AnySlot | undefined;
  readonly resource?: AnyResource | undefined;
}

function atStake(error: CompilerError, { node, wiring }: Site, text: string): AtStake {
  const { reads, soft, writes } = node.definition;
  const properties = error.because.flatMap(
    (line) => /^Types of property '([^']+)' are incompatible/.exec(line)?.[1] ?? [],
  );
  for (const name of [...classOf(error).names, ...properties]) {
    const token = tokenNamed(wiring, name);
    if (token !== undefined) return { token };
    const resource = wiring.nodes.flatMap((each) => each.definition.uses).find((each) => each.name === name);
    if (resource !== undefined) return { resource };
  }
  const all = [...reads, ...soft, ...writes];
  const own = classOf(error).atSnapshot ? all.filter((token) => featureSchemaOf(token) !== undefined) : all;
  const byName = new Map(own.map((token) => [token.name, token]));
  const line = text.split("\n")[error.line - 1] ?? "";
  const start = line[error.column - 2] === "." ? "" : line.slice(error.column - 1);
  const exact = byName.get(/^[\w$]+/.exec(start)?.[0] ?? "");
  if (exact !== undefined) return { token: exact };
  const traced = tracedSlot(line, error, text, byName);
  if (traced !== undefined) return { token: traced };
  return { token: own.find((token) => writes.includes(token)) ?? own[0] };
}

function tokenNamed(wiring: Wiring, name: string): AnySlot | undefined {
  return [...wiring.slots.values()].flatMap((slot) => slot.tokens).find((token) => token.name === name);
}

/** Variables followed from one to the next at most, e.g. `own` to `shared` to the slot it was copied from. */
const TRACED_MAX = 6;

/** A slot named on the line, or where a variable of the line was made. */
function tracedSlot(
  line: string,
  error: CompilerError,
  text: string,
  byName: ReadonlyMap<string, AnySlot>,
): AnySlot | undefined {
  const above = text.split("\n").slice(0, error.line - 1);
  let words = wordsOf(line, error.column);
  for (let step = 0; step < TRACED_MAX; step += 1) {
    const hit = words.find((word) => byName.has(word));
    if (hit !== undefined) return byName.get(hit);
    const made = words.map((word) => above.findLast((each) => new RegExp(`\\b(?:const|let)\\s+${word}\\b`).test(each)));
    const from = made.find((each) => each !== undefined);
    if (from === undefined) return undefined;
    words = wordsOf(from.slice(from.indexOf("=") + 1), 1);
  }
  return undefined;
}

/** Names on a line that are no fields of others, those before the column last first. */
function wordsOf(line: string, column: number): string[] {
  const words = [...line.replaceAll("...", "   ").matchAll(/(?<![.\w$"'])[A-Za-z_$][\w$]*/g)];
  const near = words.toSorted((one, other) => Math.abs(one.index - column) - Math.abs(other.index - column));
  return near.map((word) => word[0]);
}

/** Who shares the slot: its producer for a slot that is read, its first reader for one that is written. */
function otherSide({ node, wiring }: Site, token: AnySlot | undefined): { text: string; parties: readonly Party[] } {
  const slot = token === undefined ? undefined : [...wiring.slots.values()].find((each) => each.tokens.includes(token));
  if (slot === undefined) return { text: "", parties: [] };
  const producer = slot.writers.find((writer) => writer !== node);
  if (producer !== undefined) {
    return { text: `, which ${nodeText(producer)} writes`, parties: [nodeParty(producer, "writes it")] };
  }
  const reader = slot.readers.find((each) => each.node !== node)?.node;
  if (reader !== undefined && !slot.requested) {
    return { text: `, which ${nodeText(reader)} reads`, parties: [nodeParty(reader, "reads it")] };
  }
  const [how, label] = slot.requested
    ? ["gets with the request", "gets it with the request"]
    : ["responds with", slot.responded ? "responds with it" : "holds it"];
  return { text: `, which ${graphText(wiring.graph)} ${how}`, parties: [graphParty(wiring.graph, label)] };
}
