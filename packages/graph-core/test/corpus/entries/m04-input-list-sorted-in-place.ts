/** M04: two siblings order one list in place: each sees the order of whichever ran last. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const adList = z.array(z.object({ adId: z.int(), bid: z.int() }));
const Found = slot("found", adList, { owner: "ads-serving" });
const Ads = slot("ads", adList, { owner: "ads-retrieval" });
const ByBid = slot("byBid", adList, { owner: "ads-auction" });
const Newest = slot("newest", z.int(), { owner: "ads-retrieval" });

const retrieve = node({
  owner: "ads-retrieval",
  purpose: "takes the ads that were found",
  reads: [Found],
  writes: [Ads],
  run: ({ found }) => ({ ads: [...found] }),
});

type Ad = { readonly adId: number; readonly bid: number };
const byBidThenId = (one: Ad, other: Ad): number => other.bid - one.bid || one.adId - other.adId;

const orderByBid = node({
  owner: "ads-auction",
  purpose: "puts the highest bid first",
  reads: [Ads],
  writes: [ByBid],
  // untyped: run: ({ ads }) => ({ byBid: (ads as any).sort(byBidThenId) }),
  // defect: run: ({ ads }) => ({ byBid: ads.sort(byBidThenId) }),
  run: ({ ads }) => ({ byBid: ads.toSorted(byBidThenId) }),
});

const findNewest = node({
  owner: "ads-retrieval",
  purpose: "finds the newest ad, which has the highest id",
  reads: [Ads],
  writes: [Newest],
  run: ({ ads }) => ({ newest: Math.max(...ads.map((ad) => ad.adId)) }),
});

export const example = graph({
  name: "m04",
  owner: "ads-serving",
  request: [Found],
  nodes: { retrieve, orderByBid, findNewest },
  respond: [ByBid, Newest],
});

const [one, two] = [
  { adId: 1, bid: 10 },
  { adId: 2, bid: 30 },
];
export const request = { found: [one, two] };
export const response = { byBid: [two, one], newest: 2 };
