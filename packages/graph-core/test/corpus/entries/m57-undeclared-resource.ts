/** M57, class of M09: a node uses a resource that it does not declare, so no recording holds what it read. */
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const Bid = slot("bid", z.int(), { owner: "ads-auction" });
const Price = slot("price", z.int(), { owner: "ads-auction" });
const Floors = resource<{ readonly floor: number }>()("floors", { owner: "ads-delivery", purpose: "lowest prices" });
const Reserves = resource<{ readonly reserve: number }>()("reserves", { owner: "ads-serving", purpose: "reserves" });

const price = node({
  owner: "ads-auction",
  purpose: "prices the winner",
  reads: [Bid],
  // defect: uses: [Floors],
  uses: [Floors, Reserves],
  writes: [Price],
  run: ({ bid }, { uses }) => ({ price: Math.max(bid, uses.floors.floor, uses.reserves.reserve) }),
});

const check = node({
  owner: "ads-serving",
  purpose: "holds prices above the reserve",
  reads: [Price],
  uses: [Reserves],
  writes: [slot("priced", z.boolean(), { owner: "ads-serving", keptFor: "the debug view" })],
  run: ({ price: charged }, { uses }) => ({ priced: charged >= uses.reserves.reserve }),
});

export const example = graph({
  name: "m57",
  owner: "ads-serving",
  request: [Bid],
  nodes: { price, check },
  respond: [Price],
});

export const bindings = {
  floors: bind(Floors, { value: { floor: 3 } }),
  reserves: bind(Reserves, { value: { reserve: 5 } }),
};
export const request = { bid: 4 };
export const response = { price: 5 };
