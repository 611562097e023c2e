/**
 * What a layout works on: boxes, and per producing box one *net*: the lines to all its readers, which share one trunk.
 * Sharing keeps a widely read slot one line down the page instead of a dozen.
 */
import { REQUEST_END, RESPOND_END, type Topology, type TopologyEdge, type TopologyNode } from "../../graph/topology.ts";

export interface SketchBox {
  /** Node name, {@link REQUEST_END} or {@link RESPOND_END}. */
  readonly id: string;
  readonly kind: "request" | "node" | "respond";
  readonly node: TopologyNode | undefined;
  readonly width: number;
  readonly height: number;
}

/** All slots that go from one box to another, as one line. */
export interface SketchLink {
  readonly from: number;
  readonly to: number;
  readonly edges: readonly TopologyEdge[];
  /** Carries the batch that the reader filters or maps. */
  readonly batch: boolean;
  /** Carries the batch that the reader filters: the way of the candidates through the funnel. */
  readonly spine: boolean;
  /** Every slot on it is soft or a condition. */
  readonly optional: boolean;
}

export interface Sketch {
  readonly boxes: readonly SketchBox[];
  readonly links: readonly SketchLink[];
}

/** Width and height of a box, in pixels. */
export type Measure = (node: TopologyNode | undefined, kind: SketchBox["kind"]) => { width: number; height: number };

export function sketchOf(topology: Topology, measure: Measure): Sketch {
  const boxes: SketchBox[] = [];
  const add = (id: string, kind: SketchBox["kind"], node?: TopologyNode): void => {
    boxes.push({ id, kind, node, ...measure(node, kind) });
  };
  if (topology.request.length > 0) add(REQUEST_END, "request");
  for (const node of topology.nodes) add(node.name, "node", node);
  if (topology.respond.length > 0) add(RESPOND_END, "respond");

  const positions = new Map(boxes.map((box, position) => [box.id, position]));
  const grouped = new Map<string, { from: number; to: number; edges: TopologyEdge[] }>();
  for (const edge of topology.edges) {
    const from = positions.get(edge.from);
    const to = positions.get(edge.to);
    if (from === undefined || to === undefined) continue;
    const key = `${from} ${to}`;
    const link = grouped.get(key);
    if (link === undefined) grouped.set(key, { from, to, edges: [edge] });
    else link.edges.push(edge);
  }
  const links = [...grouped.values()].map(({ from, to, edges }) => {
    const reader = boxes[to]?.node;
    const batch = edges.some((edge) => edge.slot === reader?.of);
    const optional = edges.every((edge) => edge.as === "soft" || edge.as === "when");
    return {
      from,
      to,
      edges,
      batch,
      spine: batch && reader?.kind === "filter" && reader.state.kind !== "shadow",
      optional,
    };
  });
  return { boxes, links };
}
