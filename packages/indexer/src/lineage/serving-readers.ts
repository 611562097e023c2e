import { INDEX_TABLE } from "@tenon/ad-index/api";
import {
  featureSchemaOf,
  type Graph,
  type NodeDefinition,
  type Topology,
  type TopologyNode,
  topologyOf,
} from "@tenon/graph-core";
import { ADS_TABLE, RetrievedAds } from "@tenon/nodes";
import type { Actor, Item, LineageBuilder } from "./lineage.ts";

/** From places of the index over columns of candidates and features to the nodes that read them, and the log. */
export function addServing(builder: LineageBuilder, graphs: readonly Graph[]): void {
  for (const graph of graphs) {
    const topology = topologyOf(graph);
    if (!topology.nodes.some(({ columns }) => columns.some(({ table }) => table === INDEX_TABLE))) continue;
    addPlaceReaders(builder, topology);
    const byFeature = addFeatures(builder, graph, topology);
    addCandidateReaders(builder, topology, byFeature);
  }
}

function addPlaceReaders(builder: LineageBuilder, { nodes, graph }: Topology): void {
  for (const node of nodes) {
    const attached = new Set(columnsOf(node, ADS_TABLE, "writes"));
    for (const name of columnsOf(node, INDEX_TABLE, "reads")) {
      const place = builder.find("place", name);
      if (place === undefined) continue;
      const column = name.slice(name.indexOf(".") + 1);
      if (name.startsWith("forward.") && attached.has(column))
        builder.edge(place, candidate(builder, column), [actorOf(node)]);
      else builder.edge(place, readerItem(builder, node, graph.name));
    }
  }
}

/** Returns, per node, the columns it only reads to make features of them. */
function addFeatures(builder: LineageBuilder, graph: Graph, { nodes, slots, graph: { name } }: Topology) {
  const made = new Map<string, Set<string>>();
  const schemas = schemasOf(graph);
  for (const slot of slots) {
    const producer = nodes.find((node) => node.name === slot.producer);
    const schema = schemas.get(slot.name);
    if (schema === undefined || producer === undefined) continue;
    const columns = made.get(producer.name) ?? new Set<string>();
    made.set(producer.name, columns);
    for (const feature of schema.features) {
      if (feature.from === undefined) continue;
      const item = builder.item("feature", `${slot.key}.${feature.name}`, { owner: feature.owner });
      for (const column of feature.from) {
        columns.add(column);
        builder.edge(candidate(builder, column), item, [actorOf(producer)]);
      }
      for (const node of nodes) {
        const uses = (kind: "scores" | "logs") =>
          node[kind].some(
            (use) => use.snapshot === slot.key && (use.features === "all" || use.features.includes(feature.name)),
          );
        // No model reads what is kept for analysis alone.
        if (uses("scores") && feature.keptFor === undefined) builder.edge(item, readerItem(builder, node, name));
        if (uses("logs")) builder.edge(item, builder.item("logged", item.name, { owner: node.owner }), [actorOf(node)]);
      }
    }
  }
  return made;
}

function addCandidateReaders(
  builder: LineageBuilder,
  { nodes, graph }: Topology,
  byFeature: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const node of nodes) {
    for (const column of columnsOf(node, ADS_TABLE, "reads")) {
      if (byFeature.get(node.name)?.has(column)) continue;
      builder.edge(candidate(builder, column), readerItem(builder, node, graph.name));
    }
  }
}

/** Slot → the features of the snapshot in it. */
function schemasOf(graph: Graph) {
  const nodes = Object.values(
    graph.nodes as unknown as Readonly<Record<string, { readonly definition?: NodeDefinition }>>,
  );
  const written = nodes.flatMap(({ definition }) => definition?.writes ?? []);
  return new Map(written.map((token) => [token.name, featureSchemaOf(token)]));
}

export function columnsOf({ columns }: TopologyNode, table: string, kind: "reads" | "writes"): readonly string[] {
  return columns.flatMap((use) => (use.table === table ? (use[kind] ?? []) : []));
}

function candidate(builder: LineageBuilder, column: string): Item {
  return builder.item("candidate", `${RetrievedAds.name}.${column}`, { owner: RetrievedAds.owner });
}

function readerItem(builder: LineageBuilder, { name, owner }: TopologyNode, graph: string): Item {
  return builder.item("reader", `${graph}.${name}`, { owner });
}

function actorOf({ name, owner }: TopologyNode): Actor {
  return { kind: "node", name, owner };
}
