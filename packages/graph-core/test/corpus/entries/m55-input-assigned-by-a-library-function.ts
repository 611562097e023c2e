/** M55, class of M01: Object.assign writes to an input; its parameter type lets it. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const requestShape = z.object({ id: z.string(), timeoutMs: z.number() });
const Body = slot("body", requestShape, { owner: "ads-serving" });
const AdRequest = slot("adRequest", requestShape, { owner: "ads-serving" });
const BoundedRequest = slot("boundedRequest", requestShape, { owner: "ads-auction" });

const readBody = node({
  owner: "ads-serving",
  purpose: "reads the request",
  reads: [Body],
  writes: [AdRequest],
  run: ({ body }) => ({ adRequest: { ...body } }),
});

const boundTimeout = node({
  owner: "ads-auction",
  purpose: "bounds the time a bidder may take",
  reads: [AdRequest],
  writes: [BoundedRequest],
  // defect: run: ({ adRequest }) => ({ boundedRequest: Object.assign(adRequest, { timeoutMs: 50 }) }),
  run: ({ adRequest }) => ({ boundedRequest: Object.assign({}, adRequest, { timeoutMs: 50 }) }),
});

export const example = graph({
  name: "m55",
  owner: "ads-serving",
  request: [Body],
  nodes: { readBody, boundTimeout },
  respond: [BoundedRequest],
});

export const request = { body: { id: "r1", timeoutMs: 80 } };
export const response = { boundedRequest: { id: "r1", timeoutMs: 50 } };
