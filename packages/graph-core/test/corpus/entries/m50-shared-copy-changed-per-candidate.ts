/** M50: a fan-out changes the one request copy that all its candidates share. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const requestShape = z.object({ id: z.string(), placement: z.object({ adId: z.int() }) });
const Body = slot("body", requestShape, { owner: "ads-serving" });
const AdRequest = slot("adRequest", requestShape, { owner: "ads-serving" });
const AdIds = slot("adIds", z.array(z.int()), { owner: "ads-retrieval" });
const BidRequests = slot("bidRequests", z.array(requestShape), { owner: "ads-auction" });

const readBody = node({
  owner: "ads-serving",
  purpose: "reads the request",
  reads: [Body],
  writes: [AdRequest],
  run: ({ body }) => ({ adRequest: { ...body, placement: { ...body.placement } } }),
});

const fanOut = node({
  owner: "ads-auction",
  purpose: "makes one bid request per ad",
  reads: [AdRequest, AdIds],
  writes: [BidRequests],
  run: ({ adRequest, adIds }) => ({
    bidRequests: adIds.map((adId) => {
      const own = { ...adRequest };
      // untyped: (own.placement as any).adId = adId;
      // defect: own.placement.adId = adId;
      own.placement = { ...own.placement, adId };
      return own;
    }),
  }),
});

export const example = graph({
  name: "m50",
  owner: "ads-serving",
  request: [Body, AdIds],
  nodes: { readBody, fanOut },
  respond: [BidRequests],
});

export const request = { body: { id: "r1", placement: { adId: 0 } }, adIds: [1, 2] };
export const response = {
  bidRequests: [
    { id: "r1", placement: { adId: 1 } },
    { id: "r1", placement: { adId: 2 } },
  ],
};
