import type { Node, Part } from "../contract/node.ts";
import type { Graph, Subgraph } from "../graph/graph.ts";
import { DefinitionReader, describe, isRecord, type Subject } from "./definition-reader.ts";
import type { Diagnostic, Party } from "./diagnostic.ts";
import { soundNode } from "./sound-node.ts";

export interface SoundDefinition {
  /** The graph as declared when all is right, otherwise without what could not be read. */
  readonly graph: Graph;
  /** False when something was left out, so that rules about what is missing would blame others. */
  readonly whole: boolean;
  /** TENON1002, one per mistake. */
  readonly diagnostics: readonly Diagnostic[];
}

const GRAPH_FIELDS: Readonly<Record<keyof Graph, true>> = {
  kind: true,
  name: true,
  owner: true,
  purpose: true,
  deadlineMs: true,
  request: true,
  nodes: true,
  shadows: true,
  deprecated: true,
  respond: true,
  place: true,
  types: true,
};

const SUBGRAPH_FIELDS: Readonly<Record<keyof Subgraph, true>> = {
  kind: true,
  owner: true,
  purpose: true,
  in: true,
  nodes: true,
  out: true,
  place: true,
  names: true,
};

/** `YYYY-MM-DD`. */
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Reads a graph that may come from untyped code, and reports what in it is not of the form of a graph. Linear. */
export function soundDefinition(graph: Graph): SoundDefinition {
  const declared = (isRecord(graph) ? graph : {}) as Partial<Graph>;
  const name = typeof declared.name === "string" ? declared.name : "unknown";
  const owner = typeof declared.owner === "string" ? declared.owner : undefined;
  const party: Party = { kind: "graph", name, owner, place: declared.place };
  const reader = new DefinitionReader(party);
  const subject: Subject = { text: `graph "${name}" (owner ${owner ?? "unknown"})`, party };

  reader.keys(subject, declared, GRAPH_FIELDS);
  const sound = {
    ...declared,
    kind: "graph",
    name: reader.text(subject, "name", declared.name, "name the graph: traces and recordings are found by it"),
    owner: reader.text(subject, "owner", declared.owner, "name the team that answers for the graph"),
    request: reader.slots(subject, "request", declared.request, new Map()),
    respond: reader.slots(subject, "respond", declared.respond, new Map()),
    nodes: parts(reader, subject, "", declared.nodes),
    shadows: shadows(reader, subject, declared),
    deprecated: deprecated(reader, subject, declared.deprecated),
    deadlineMs: deadline(reader, subject, declared.deadlineMs),
  } as Graph;
  return {
    graph: reader.diagnostics.length === 0 ? graph : sound,
    whole: reader.whole,
    diagnostics: reader.diagnostics,
  };
}

function deadline(reader: DefinitionReader, subject: Subject, declared: unknown): number | undefined {
  if (declared === undefined || (typeof declared === "number" && declared > 0)) return declared;
  const expected = "a number of milliseconds above 0";
  reader.report(
    subject,
    "has a deadlineMs that is no time",
    expected,
    describe(declared),
    "give the time to the answer",
  );
  return undefined;
}

function parts(reader: DefinitionReader, around: Subject, path: string, declared: unknown): Record<string, Part> {
  if (!isRecord(declared)) {
    reader.whole = false;
    reader.report(around, "has no nodes", "nodes: { name: node }", describe(declared), "list the nodes by name");
    return {};
  }
  const sound: Record<string, Part> = {};
  for (const [key, part] of Object.entries(declared)) {
    const read = partOf(reader, around, path === "" ? key : `${path}/${key}`, part);
    if (read !== undefined) sound[key] = read;
  }
  return sound;
}

function partOf(reader: DefinitionReader, around: Subject, name: string, part: unknown): Part | undefined {
  if (isRecord(part) && part.kind === "subgraph") return soundSubgraph(reader, name, part as unknown as Subgraph);
  if (isRecord(part) && isRecord(part.definition)) return nodeOf(reader, "node", name, part as unknown as Node);
  reader.whole = false;
  const hint = "pass what node(), filter(), map() or subgraph() returned";
  reader.report(around, `has "${name}" in nodes, which is no node`, "a node or a subgraph", describe(part), hint);
  return undefined;
}

function nodeOf(reader: DefinitionReader, kind: string, name: string, node: Node): Node {
  const { definition } = node;
  const owner = typeof definition.owner === "string" ? definition.owner : undefined;
  const subject: Subject = {
    text: `${kind} "${name}" (owner ${owner ?? "unknown"})`,
    party: { kind: "node", name, owner, place: definition.place },
  };
  return { ...node, definition: soundNode(reader, subject, definition) };
}

function soundSubgraph(reader: DefinitionReader, name: string, part: Subgraph): Subgraph {
  const owner = typeof part.owner === "string" ? part.owner : undefined;
  const subject: Subject = {
    text: `subgraph "${name}" (owner ${owner ?? "unknown"})`,
    party: { kind: "graph", name, owner, place: part.place },
  };
  reader.keys(subject, part, SUBGRAPH_FIELDS);
  return {
    ...part,
    owner: reader.text(subject, "owner", part.owner, "name the team that answers for the subgraph"),
    purpose: reader.text(subject, "purpose", part.purpose, "say in one line what the subgraph is for"),
    in: reader.slots(subject, "in", part.in, new Map()),
    out: reader.slots(subject, "out", part.out, new Map()),
    nodes: parts(reader, subject, name, part.nodes),
  };
}

function shadows(
  reader: DefinitionReader,
  subject: Subject,
  { shadows: declared, nodes }: Partial<Graph>,
): Graph["shadows"] {
  const sound: Record<string, Graph["shadows"][string]> = {};
  for (const [name, shadow] of Object.entries(isRecord(declared) ? declared : {}) as [string, unknown][]) {
    if (isRecord(nodes) && Object.hasOwn(nodes, name)) {
      reader.report(
        subject,
        `has a node and a shadow "${name}"`,
        "one of them",
        "both",
        "give the shadow a name of its own",
      );
    } else if (
      isRecord(shadow) &&
      typeof shadow.of === "string" &&
      isRecord(shadow.node) &&
      isRecord(shadow.node.definition)
    ) {
      sound[name] = { of: shadow.of, node: nodeOf(reader, "shadow", name, shadow.node as unknown as Node) };
    } else {
      reader.whole = false;
      reader.report(
        subject,
        `has "${name}" in shadows, which is no shadow`,
        "{ of, node }",
        describe(shadow),
        "name the node it shadows, and give the new one",
      );
    }
  }
  return sound;
}

function deprecated(reader: DefinitionReader, subject: Subject, declared: unknown): Graph["deprecated"] {
  const sound: Record<string, Graph["deprecated"][string]> = {};
  for (const [name, entry] of Object.entries(isRecord(declared) ? declared : {}) as [string, unknown][]) {
    if (entry === undefined) continue;
    const fits =
      isRecord(entry) &&
      typeof entry.replacement === "string" &&
      typeof entry.until === "string" &&
      DAY.test(entry.until);
    if (fits) sound[name] = entry as unknown as Graph["deprecated"][string];
    else
      reader.report(
        subject,
        `deprecates node "${name}" without a day and a replacement`,
        "{ until: YYYY-MM-DD, replacement }",
        describe(entry),
        "give the last day it may be read, and the node that takes over",
      );
  }
  return sound;
}
