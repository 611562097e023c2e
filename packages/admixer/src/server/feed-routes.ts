/** What operators ask of the index feed, and its off switch. */
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import type { AdMixer } from "../host/ad-mixer.ts";
import { hostError } from "../host/host-error.ts";
import type { IndexFeed } from "../index-feed/index-feed.ts";
import { requireAdmin } from "./access.ts";
import { AdParams, ProblemSchema, ServingSchema } from "./schemas.ts";

const ADMIN = [{ admin: [] as string[] }];
const RESPONSE = { 404: ProblemSchema };

export function feedRoutes(routes: FastifyInstance, host: AdMixer): void {
  routes.get(
    "/v1/index",
    {
      schema: {
        summary: "Base, deltas and short cut: where they stand, how fresh, what was left out",
        security: ADMIN,
        response: RESPONSE,
      },
    },
    (request) => {
      requireAdmin(host.settings, request.headers);
      return feedOf(host).status();
    },
  );
  routes.get(
    "/v1/index/ads/:adId",
    {
      schema: {
        summary: "How fresh the served document of an ad is: version, source time, when it was applied",
        params: AdParams,
        security: ADMIN,
        response: RESPONSE,
      },
    },
    (request) => {
      requireAdmin(host.settings, request.headers);
      return feedOf(host).freshnessOf((request.params as z.infer<typeof AdParams>).adId);
    },
  );
  routes.post(
    "/v1/index/serving",
    {
      schema: {
        summary: "Show requests the base alone, or the base with the deltas after it, from the next request",
        body: ServingSchema,
        security: ADMIN,
        response: RESPONSE,
      },
    },
    (request) => {
      requireAdmin(host.settings, request.headers);
      const { serving } = request.body as z.infer<typeof ServingSchema>;
      return feedOf(host).serveBaseOnly(serving === "baseOnly");
    },
  );
  routes.post(
    "/v1/index/look",
    { schema: { summary: "Look for a published base now", security: ADMIN, response: RESPONSE } },
    async (request) => {
      requireAdmin(host.settings, request.headers);
      const feed = feedOf(host);
      await feed.bases.look();
      return feed.status();
    },
  );
}

function feedOf({ feed, settings }: AdMixer): IndexFeed {
  if (feed !== undefined) return feed;
  throw hostError("noFeed", {
    message: "this host has no index feed",
    detail: `adSource is "${settings.adSource}": the ads were generated at its start`,
    hint: "set adSource to pipeline, with indexStore and indexLog",
  });
}
