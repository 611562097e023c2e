/** M12: a soft read closes a circle: the node waits for what is made from it. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Query = slot("query", z.string(), { owner: "ads-serving" });
const Hint = slot("hint", z.int(), { owner: "ads-data" });
const Bids = slot("bids", z.array(z.int()), { owner: "ads-auction" });
const Prices = slot("prices", z.int(), { owner: "ads-delivery" });

const giveHint = node({
  owner: "ads-data",
  purpose: "guesses the price",
  reads: [Query],
  writes: [Hint],
  onFailure: "omit",
  run: ({ query }) => ({ hint: query.length }),
});

const bid = node({
  owner: "ads-auction",
  purpose: "places bids near the price",
  reads: [Query],
  // defect: soft: [Hint, Prices],
  soft: [Hint],
  writes: [Bids],
  run: ({ hint }) => ({ bids: [hint ?? 1] }),
});

const price = node({
  owner: "ads-delivery",
  purpose: "prices the best bid",
  reads: [Bids],
  writes: [Prices],
  run: ({ bids }) => ({ prices: Math.max(...bids) }),
});

export const example = graph({
  name: "m12",
  owner: "ads-serving",
  request: [Query],
  nodes: { giveHint, bid, price },
  respond: [Prices],
});

export const request = { query: "shoes" };
export const response = { prices: 5 };
