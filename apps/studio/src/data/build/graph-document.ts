import { REQUEST_END, type Topology, type TopologyNode, topologyHash } from "@tenon/graph-core";
import { ownerLooks } from "@tenon/graph-core/internal";
import { GRAPH_FORMAT, type GraphDocument, type GraphGroup } from "../graph-document.ts";
import type { CodePlace } from "../parts.ts";
import { type Grouping, groupNodes } from "./group-nodes.ts";
import { layOut } from "./lay-out.ts";
import { unionTopology } from "./union-topology.ts";

export interface GraphDocumentOptions {
  /** Absolute folder that places are told relative to; without it they are left out. */
  readonly root?: string | undefined;
  /** Versions of the same graph that are looked at side by side: what they share stands at the same place in each. */
  readonly versions?: readonly Topology[] | undefined;
}

/** One graph as the page shows it. Deterministic, and without anything of the machine it was made on. */
export function graphDocument(topology: Topology, { root, versions = [] }: GraphDocumentOptions = {}): GraphDocument {
  const { graph, nodes, slots, resources } = topology;
  const logged = new Set(nodes.flatMap(({ logs }) => logs.map(({ snapshot }) => snapshot)));
  const hash = topologyHash(topology);
  const picture = unionTopology([topology, ...versions.filter((version) => topologyHash(version) !== hash)]);
  const grouping = groupNodes(picture);
  return {
    format: GRAPH_FORMAT,
    hash,
    name: graph.name,
    owner: graph.owner,
    purpose: graph.purpose,
    deadlineMs: graph.deadlineMs,
    request: [...topology.request],
    respond: [...topology.respond],
    nodes: nodes.map((node) => ({
      name: node.name,
      kind: node.kind,
      owner: node.owner,
      purpose: node.purpose,
      reads: [...node.reads],
      soft: [...node.soft],
      writes: [...node.writes],
      uses: [...node.uses],
      when: node.when,
      of: node.of,
      budgetMs: node.budgetMs,
      onFailure: node.onFailure,
      async: node.async,
      state: stateOf(node),
      place: relativePlace(node.place, root),
      logged: node.writes.some((slot) => logged.has(slot)),
    })),
    slots: slots.map(({ key, owner, unit, summary, producer, requested, readers, tags }) => ({
      key,
      owner,
      unit,
      summary,
      producer: requested ? REQUEST_END : producer,
      readers: readers.map(({ node }) => node),
      personal: tags.pii === true,
      logged: logged.has(key),
    })),
    resources: resources.map(({ name, owner, purpose, methods, pii }) => ({
      ...{ name, owner, purpose, pii },
      pinned: methods === null,
    })),
    owners: ownerLooks(topology).map(({ owner, colour, pattern, nodes: count }) => ({
      ...{ name: owner, colour, pattern, nodes: count },
    })),
    groups: [...groupsOf(topology, grouping)],
    layout: layOut(topology, { picture, grouping }),
  };
}

/** Of the groups of a picture, what one version has of them. */
function groupsOf({ nodes }: Topology, { groups }: Grouping): readonly GraphGroup[] {
  const ownerOf = new Map(nodes.map(({ name, owner }) => [name, owner]));
  const own = groups.map((group) => ({ ...group, nodes: group.nodes.filter((name) => ownerOf.has(name)) }));
  const left = new Set(own.flatMap(({ id, nodes: there }) => (there.length === 0 ? [] : [id])));
  return own.flatMap((group) => {
    const owner = ownerOf.get(group.nodes[0] ?? "");
    const members = group.members.filter((id) => ownerOf.has(id) || left.has(id));
    return owner === undefined ? [] : [{ ...group, owner, members }];
  });
}

function stateOf({ state }: TopologyNode): string {
  if (state.kind === "shadow") return `shadow of ${state.of}`;
  return state.kind === "deprecated" ? `deprecated until ${state.until}, use ${state.replacement}` : "active";
}

function relativePlace(place: TopologyNode["place"], root: string | undefined): CodePlace {
  if (place === null || root === undefined) return null;
  const folder = `${root.replaceAll("\\", "/").replace(/\/+$/, "")}/`;
  const file = place.file.replaceAll("\\", "/");
  return file.startsWith(folder) ? { file: file.slice(folder.length), line: place.line } : null;
}
