/** M01: a node assigns a field of its input, which every other reader shares. */
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
  run: ({ adRequest }) => {
    const bounded = { ...adRequest };
    // untyped: (adRequest as any).timeoutMs = Math.min(adRequest.timeoutMs, 50);
    // defect: adRequest.timeoutMs = Math.min(adRequest.timeoutMs, 50);
    bounded.timeoutMs = Math.min(adRequest.timeoutMs, 50);
    return { boundedRequest: bounded };
  },
});

export const example = graph({
  name: "m01",
  owner: "ads-serving",
  request: [Body],
  nodes: { readBody, boundTimeout },
  respond: [BoundedRequest],
});

export const request = { body: { id: "r1", timeoutMs: 80 } };
export const response = { boundedRequest: { id: "r1", timeoutMs: 50 } };
