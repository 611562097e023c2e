import { slot } from "@tenon/graph-core";
import type { z } from "zod";
import type { DeepReadonly } from "../deep-readonly.ts";
import { RequestIdSchema } from "../ids.ts";
import { AdRequestSchema, type AdRequest as RequestBody } from "../request.ts";

/** A request as the host admitted it: as it was sent, and with an id, which the host makes when the caller sent none. */
export const AdmittedRequestSchema = AdRequestSchema.safeExtend({ requestId: RequestIdSchema });
export type AdmittedRequest = DeepReadonly<z.infer<typeof AdmittedRequestSchema>>;

/** The noun keeps its name beside the token: `AdRequest` is the body as it was sent. */
export type AdRequest = RequestBody;
/** Personal: who asks and what was typed stay behind the nodes that declare how they remove it. */
export const AdRequest = slot("adRequest", AdmittedRequestSchema, {
  owner: "ads-serving",
  purposeOf: "the request for ads as the host admitted it",
  pii: true,
});
