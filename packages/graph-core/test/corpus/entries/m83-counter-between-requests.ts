/** M83, class of M18: a counter outlives the request, and the next one sees it. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

// defect: let served = 0;
const served = 0;

const AdIds = slot("adIds", z.array(z.int()), { owner: "ads-retrieval" });
const First = slot("first", z.int(), { owner: "ads-auction" });

const rotate = node({
  owner: "ads-auction",
  purpose: "takes the ad whose turn it is",
  reads: [AdIds],
  writes: [First],
  run: ({ adIds }) => ({ first: adIds[served % adIds.length] ?? 0 }),
});

export const example = graph({
  name: "m83",
  owner: "ads-serving",
  request: [AdIds],
  nodes: { rotate },
  respond: [First],
});

export const request = { adIds: [4, 5] };
export const response = { first: 4 };
