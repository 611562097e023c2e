/** M20: ranking rolls dice without a seed: the request cannot be repeated. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const AdIds = slot("adIds", z.array(z.int()), { owner: "ads-retrieval" });
const Explored = slot("explored", z.array(z.boolean()), { owner: "ads-ranking" });

const explore = node({
  owner: "ads-ranking",
  purpose: "picks the ads that are tried out",
  reads: [AdIds],
  writes: [Explored],
  run: ({ adIds }, { random }) => ({
    // defect: explored: adIds.map((_adId, index) => Math.random() < 0.5 && random("unused", index) >= 0),
    explored: adIds.map((_adId, index) => random("explore", index) < 2),
  }),
});

export const example = graph({
  name: "m20",
  owner: "ads-serving",
  request: [AdIds],
  nodes: { explore },
  respond: [Explored],
});

export const request = { adIds: [1, 2] };
export const response = { explored: [true, true] };
