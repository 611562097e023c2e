/** M40: a base index is built without the watermark it holds all changes up to, so its swap loses deltas. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Rows = slot("rows", z.array(z.int()), { owner: "ads-data" });
const Watermark = slot("watermark", z.int(), { owner: "ads-data", unit: "commit number" });
const Segment = slot("segment", z.array(z.int()), { owner: "ads-retrieval" });
const Manifest = slot("manifest", z.object({ size: z.int(), watermark: z.int() }), {
  owner: "ads-retrieval",
  follows: [Segment, Watermark],
});

const buildSegment = node({
  owner: "ads-retrieval",
  purpose: "builds the base segment",
  reads: [Rows],
  writes: [Segment],
  run: ({ rows }) => ({ segment: rows.toSorted((one, other) => one - other) }),
});

const publish = node({
  owner: "ads-platform",
  purpose: "says what is in the index, and up to which commit",
  // defect: reads: [Segment],
  reads: [Segment, Watermark],
  writes: [Manifest],
  run: (inputs: { readonly segment: readonly number[]; readonly watermark?: number }) => ({
    manifest: { size: inputs.segment.length, watermark: inputs.watermark ?? 0 },
  }),
});

export const example = graph({
  name: "m40",
  owner: "ads-data",
  request: [Rows, Watermark],
  nodes: { buildSegment, publish },
  respond: [Segment, Manifest],
});

export const request = { rows: [2, 1], watermark: 17 };
export const response = { segment: [1, 2], manifest: { size: 2, watermark: 17 } };
