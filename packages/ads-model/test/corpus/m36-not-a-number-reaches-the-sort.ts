/** M36: a ratio without orders is NaN, and NaN in a sort makes any order. */
import { ProbabilitySchema, probability } from "@tenon/ads-model";
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Counts = slot("counts", z.array(z.object({ adId: z.int(), clicks: z.int(), shown: z.int() })), {
  owner: "ads-measurement",
});
const Rates = slot(
  "rates",
  z.array(z.object({ adId: z.int(), status: z.enum(["ok", "missing"]), clickRate: ProbabilitySchema })),
  { owner: "ads-ranking" },
);
const Order = slot("order", z.array(z.int()), { owner: "ads-auction" });

const rate = node({
  owner: "ads-ranking",
  purpose: "estimates the click rate of every ad",
  reads: [Counts],
  writes: [Rates],
  run: ({ counts }) => ({
    rates: counts.map(({ adId, clicks, shown }) => {
      if (shown === 0) return { adId, status: "missing" as const, clickRate: probability(0) };
      // untyped: return { adId, status: "ok" as const, clickRate: (clicks / (shown - shown)) as any };
      // defect: return { adId, status: "ok" as const, clickRate: clicks / shown };
      return { adId, status: "ok" as const, clickRate: probability(clicks / shown) };
    }),
  }),
});

const order = node({
  owner: "ads-auction",
  purpose: "puts the best ad first",
  reads: [Rates],
  writes: [Order],
  run: ({ rates }) => ({
    order: rates
      .toSorted((one, other) => other.clickRate - one.clickRate || one.adId - other.adId)
      .map(({ adId }) => adId),
  }),
});

export const example = graph({
  name: "m36",
  owner: "ads-serving",
  request: [Counts],
  nodes: { rate, order },
  respond: [Order],
});

export const request = {
  counts: [
    { adId: 1, clicks: 0, shown: 0 },
    { adId: 2, clicks: 1, shown: 4 },
  ],
};
export const response = { order: [2, 1] };
