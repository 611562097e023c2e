/** M47: a cap counts insertions and compares them with a limit on impressions. */
import { ImpressionCountSchema, InsertionCountSchema, impressionCount, insertionCount } from "@tenon/ads-model";
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Inserted = slot("inserted", InsertionCountSchema, { owner: "ads-serving" });
const Seen = slot("seen", ImpressionCountSchema, { owner: "ads-measurement" });
const CapCount = slot("capCount", ImpressionCountSchema, { owner: "ads-delivery" });
const Capped = slot("capped", z.boolean(), { owner: "ads-delivery" });

const countForCap = node({
  owner: "ads-delivery",
  purpose: "gives the count that the cap compares",
  reads: [Inserted, Seen],
  writes: [CapCount],
  // defect: run: ({ inserted, seen }) => ({ capCount: seen > 0 ? inserted : inserted }),
  run: ({ inserted, seen }) => ({ capCount: inserted > 0 ? seen : seen }),
});

const cap = node({
  owner: "ads-delivery",
  purpose: "caps at five impressions",
  reads: [CapCount],
  writes: [Capped],
  run: ({ capCount }) => ({ capped: capCount >= impressionCount(5) }),
});

export const example = graph({
  name: "m47",
  owner: "ads-serving",
  request: [Inserted, Seen],
  nodes: { countForCap, cap },
  respond: [Capped],
});

export const request = { inserted: insertionCount(9), seen: impressionCount(4) };
export const response = { capped: false };
