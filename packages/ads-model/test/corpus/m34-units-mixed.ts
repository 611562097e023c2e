/** M34: a bid per click is taken for a price per thousand impressions. */
import {
  BidMicrosSchema,
  bidMicros,
  EcpmMicrosSchema,
  ecpmFromBid,
  ecpmMicros,
  ProbabilitySchema,
  probability,
} from "@tenon/ads-model";
import { graph, node, slot } from "@tenon/graph-core";

const Bid = slot("bid", BidMicrosSchema, { owner: "ads-delivery", unit: "micros per click" });
const ClickProbability = slot("clickProbability", ProbabilitySchema, { owner: "ads-ranking" });
const RankValue = slot("rankValue", EcpmMicrosSchema, {
  owner: "ads-auction",
  unit: "micros per thousand impressions",
});

export const worthOf = ecpmFromBid;

const value = node({
  owner: "ads-auction",
  purpose: "says what a thousand impressions are worth",
  reads: [Bid, ClickProbability],
  writes: [RankValue],
  // untyped: run: ({ bid, clickProbability }) => ({ rankValue: (bid * clickProbability) as never }),
  // defect: run: ({ bid, clickProbability }) => ({ rankValue: bid * clickProbability }),
  run: ({ bid, clickProbability }) => ({ rankValue: worthOf(bid, clickProbability) }),
});

export const example = graph({
  name: "m34",
  owner: "ads-serving",
  request: [Bid, ClickProbability],
  nodes: { value },
  respond: [RankValue],
});

export const request = { bid: bidMicros(250_001), clickProbability: probability(0.01237) };
export const response = { rankValue: ecpmMicros(3_092_512) };
