import { z } from "zod";
import { BidSchema } from "./bid.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { AdGroupIdSchema, CampaignIdSchema } from "./ids.ts";
import { EntityStatusSchema } from "./status.ts";
import { TargetingExpressionSchema } from "./targeting.ts";

/** Ads that share a bid and a target. */
export const AdGroupSchema = z.strictObject({
  adGroupId: AdGroupIdSchema,
  campaignId: CampaignIdSchema,
  status: EntityStatusSchema,
  bid: BidSchema,
  targeting: TargetingExpressionSchema,
});
export type AdGroup = DeepReadonly<z.infer<typeof AdGroupSchema>>;
