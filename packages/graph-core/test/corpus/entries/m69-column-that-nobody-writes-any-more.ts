/** M69, class of M11, across graphs: a handler stops writing a column that the serving graph reads. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Change = slot("change", z.object({ bid: z.int() }), { owner: "ads-data" });
const Documents = slot("documents", z.array(z.int()), { owner: "ads-data" });
const Bid = slot("bid", z.int(), { owner: "ads-auction" });

const writeDocument = node({
  owner: "ads-data",
  purpose: "writes the ad's document",
  reads: [Change],
  writes: [Documents],
  // defect: columns: [{ table: "documents", writes: ["title"] }],
  columns: [{ table: "documents", writes: ["title", "bid"] }],
  run: ({ change }) => ({ documents: [change.bid] }),
});

const readBid = node({
  owner: "ads-auction",
  purpose: "takes the bid from the document",
  reads: [Change],
  writes: [Bid],
  columns: [{ table: "documents", reads: ["bid"] }],
  run: ({ change }) => ({ bid: change.bid }),
});

export const examples = [
  graph({ name: "m69-indexing", owner: "ads-data", request: [Change], nodes: { writeDocument }, respond: [Documents] }),
  graph({ name: "m69-serving", owner: "ads-serving", request: [Change], nodes: { readBid }, respond: [Bid] }),
];

export const request = { change: { bid: 7 } };
export const response = [{ documents: [7] }, { bid: 7 }];
