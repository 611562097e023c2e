import type { Topology } from "../graph/topology.ts";

/**
 * Seven colours that stay distinct for colour-blind readers, on white and on near-black: those of Okabe and Ito (2008)
 * without black, which is the colour of text, and without a grey, which is the colour of the host's own lines.
 */
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#d8c81f"] as const;
/** The second cue, which also tells owners apart that share a colour. */
const PATTERNS = ["solid", "stripes", "dots"] as const;

export interface OwnerLook {
  readonly owner: string;
  /** In the order in which owners first appear in the graph; also the suffix of style classes. */
  readonly index: number;
  readonly colour: string;
  readonly pattern: (typeof PATTERNS)[number];
  readonly nodes: number;
}

/** Colour and pattern of each owner of nodes. More than 21 owners begin again. */
export function ownerLooks(topology: Topology): readonly OwnerLook[] {
  const counts = new Map<string, number>();
  for (const { owner } of topology.nodes) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].map(([owner, nodes], index) => ({
    owner,
    index,
    colour: COLOURS[index % COLOURS.length] ?? COLOURS[0],
    pattern: PATTERNS[Math.floor(index / COLOURS.length) % PATTERNS.length] ?? "solid",
    nodes,
  }));
}
