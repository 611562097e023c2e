/** M02: a shallow copy, then a nested field is changed: the copy still shares the nested record with everybody. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const requestShape = z.object({ id: z.string(), site: z.object({ page: z.string(), domain: z.string() }) });
const Body = slot("body", requestShape, { owner: "ads-serving" });
const AdRequest = slot("adRequest", requestShape, { owner: "ads-serving" });
const PrivateRequest = slot("privateRequest", requestShape, { owner: "ads-privacy" });

const readBody = node({
  owner: "ads-serving",
  purpose: "reads the request",
  reads: [Body],
  writes: [AdRequest],
  run: ({ body }) => ({ adRequest: { ...body, site: { ...body.site } } }),
});

const hidePage = node({
  owner: "ads-privacy",
  purpose: "hides the page from bidders",
  reads: [AdRequest],
  writes: [PrivateRequest],
  run: ({ adRequest }) => {
    const hidden = { ...adRequest };
    // untyped: (hidden.site as any).page = "";
    // defect: hidden.site.page = "";
    hidden.site = { ...hidden.site, page: "" };
    return { privateRequest: hidden };
  },
});

export const example = graph({
  name: "m02",
  owner: "ads-serving",
  request: [Body],
  nodes: { readBody, hidePage },
  respond: [PrivateRequest],
});

export const request = { body: { id: "r1", site: { page: "/private", domain: "example.org" } } };
export const response = { privateRequest: { id: "r1", site: { page: "", domain: "example.org" } } };
