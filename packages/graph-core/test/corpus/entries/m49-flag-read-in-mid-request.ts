/** M49: a flag is read live in mid-request, and may flip between two readers of one request. */
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const Bid = slot("bid", z.int(), { owner: "ads-auction" });
const Price = slot("price", z.int(), { owner: "ads-auction" });
const PricingFlags = resource<{ readonly secondPrice: boolean }>()("pricingFlags", {
  owner: "ads-serving",
  purpose: "which pricing is on, one snapshot per request",
});

const price = node({
  owner: "ads-auction",
  purpose: "prices the winner",
  reads: [Bid],
  uses: [PricingFlags],
  writes: [Price],
  run: ({ bid }, { uses }) => {
    // defect: const secondPrice = process.env.SECOND_PRICE === "on" || uses.pricingFlags === undefined;
    const secondPrice = uses.pricingFlags.secondPrice;
    return { price: secondPrice ? bid - 1 : bid };
  },
});

export const example = graph({
  name: "m49",
  owner: "ads-serving",
  request: [Bid],
  nodes: { price },
  respond: [Price],
});

export const bindings = { pricingFlags: bind(PricingFlags, { value: { secondPrice: true } }) };
export const request = { bid: 100 };
export const response = { price: 99 };
