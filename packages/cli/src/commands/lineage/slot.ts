import type { Graph, Topology, TopologyNode } from "@tenon/graph-core";
import { topologyOf } from "@tenon/graph-core";
import { type Item, type Lineage, lineageOf } from "@tenon/indexer/lineage";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { treeLines } from "../../output/tree.ts";
import { loadGraphs } from "../../project/load-graphs.ts";
import { loadLineageParts } from "../../project/load-lineage.ts";
import { projectOf } from "../../project/project-of.ts";
import { unknownName } from "../../stores/named.ts";
import type { Terminal } from "../../terminal.ts";
import type { LineageOptions } from "./lineage.ts";

/** A node and the fields of documents that it reads itself. */
interface FieldReader {
  readonly node: string;
  readonly owner: string;
  readonly fields: readonly string[];
}

/** `tenon lineage slot NAME`: which fields of a document go into a slot, through which nodes, and who reads the slot. */
export async function lineageOfSlot(name: string, options: LineageOptions, terminal: Terminal): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const graphs = await loadGraphs(project);
  const lineage = lineageOf(await loadLineageParts(project, graphs));
  const topology = topologyWith(name, graphs);
  const slot = topology.slots.find((each) => each.key === name) as Topology["slots"][number];
  const makers = makersOf(topology, slot.producer).map((node) => fieldReader(node, lineage));
  const readers = slot.readers.map(({ node }) => nodeOf(topology, node)).filter((node) => node !== undefined);
  const fields = [...new Set(makers.flatMap((each) => each.fields))].toSorted();
  if (options.json) {
    const { producer, owner } = slot;
    const readBy = readers.map((node) => ({ node: node.name, owner: node.owner }));
    terminal.out(jsonText({ slot: name, owner, graph: topology.graph.name, producer, fields, madeBy: makers, readBy }));
    return ExitCode.pass;
  }
  const { bold, dim } = colorsFor(terminal.color);
  const made = makers
    .filter((each) => each.fields.length > 0)
    .map(({ node, owner, fields: own }) => ({
      text: `node ${node} (${owner})`,
      children: own.map((field) => ({ text: field, children: [] })),
    }));
  const producer = slot.producer === null ? "the request" : `node ${slot.producer}`;
  terminal.out(
    `${[
      `${bold(`${name} (${slot.owner})`)} ${dim(`slot of graph ${topology.graph.name}, made by ${producer}`)}`,
      ...["", `${bold("fields of a document")} that went into it, at the node that read them`],
      ...(made.length === 0 ? ["none"] : treeLines(made)),
      ...["", bold("read by")],
      ...(readers.length === 0
        ? ["nobody"]
        : treeLines(readers.map((node) => ({ text: `node ${node.name} (${node.owner})`, children: [] })))),
    ].join("\n")}\n`,
  );
  return ExitCode.pass;
}

/** @throws GraphError TENON1715 */
function topologyWith(name: string, graphs: readonly Graph[]): Topology {
  const topologies = graphs.map((graph) => topologyOf(graph));
  const found = topologies.find(({ slots }) => slots.some(({ key }) => key === name));
  if (found !== undefined) return found;
  const names = topologies.flatMap(({ slots }) => slots.map(({ key }) => key));
  throw unknownName("slot", name, [...new Set(names)], "`tenon graph NAME` lists the slots of a graph");
}

/** The producer, and everything its slots come from; the nearest first. */
function makersOf(topology: Topology, producer: string | null): readonly TopologyNode[] {
  const found = new Map<string, TopologyNode>();
  const add = (name: string | null | undefined) => {
    const node = name === null || name === undefined ? undefined : nodeOf(topology, name);
    if (node !== undefined) found.set(node.name, node);
  };
  add(producer);
  for (const node of found.values()) {
    for (const read of [...node.reads, ...node.soft]) add(topology.slots.find(({ key }) => key === read)?.producer);
  }
  return [...found.values()];
}

function nodeOf({ nodes }: Topology, name: string): TopologyNode | undefined {
  return nodes.find((node) => node.name === name);
}

/** What it reads of the index, or of the columns of candidates, as leaves. */
function fieldReader({ name, owner, columns }: TopologyNode, lineage: Lineage): FieldReader {
  const read = columns.flatMap(({ table, reads = [] }) => reads.flatMap((column) => itemOf(lineage, table, column)));
  const leaves = read.flatMap((item) => lineage.reached(item, "makers")).filter(({ kind }) => kind === "leaf");
  return { node: name, owner, fields: [...new Set(leaves.map((leaf) => leaf.name))].toSorted() };
}

function itemOf(lineage: Lineage, table: string, column: string): readonly Item[] {
  const found = lineage.items.get(`place:${column}`) ?? lineage.items.get(`candidate:${table}.${column}`);
  return found === undefined ? [] : [found];
}
