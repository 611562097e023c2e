import type { Topology } from "../graph/topology.ts";
import { topologyHash } from "../graph/topology-hash.ts";
import { withPlaces } from "./relative-places.ts";
import { drawingOf } from "./render-svg.ts";

/** Changes with the meaning of any field; a reader refuses what it does not know. */
export const MANIFEST_FORMAT = "tenon.topology/1";

/**
 * The manifest other tools read: the whole topology, its hash, and where the drawing puts every box and line (pixels),
 * so that a viewer never lays out a graph itself. Places are relative to `root`; without a root they are left out, so
 * that no manifest tells where it was built.
 */
export function renderJson(topology: Topology, options: { readonly root?: string | undefined } = {}): string {
  const { boxes, lines, width, height } = drawingOf(topology);
  const manifest = {
    format: MANIFEST_FORMAT,
    hash: topologyHash(topology),
    ...withPlaces(topology, options.root),
    drawing: {
      width,
      height,
      boxes: Object.fromEntries(
        boxes.map((box) => [box.id, { x: box.x, y: box.y, width: box.width, height: box.height }]),
      ),
      lines: lines.map(({ from, to, points }) => ({ from, to, points })),
    },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
