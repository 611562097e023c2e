import { z } from "zod";
import { BudgetSchema } from "./budget.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { FrequencyCapsSchema } from "./frequency-cap.ts";
import { AdvertiserIdSchema, CampaignIdSchema } from "./ids.ts";
import { ScheduleSchema } from "./schedule.ts";
import { EntityStatusSchema } from "./status.ts";

/** What the advertiser wants to be paid for: clicks (bid per click) or views (price per thousand impressions). */
export const OBJECTIVES = ["clicks", "awareness"] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** The holder of a budget and a schedule. */
export const CampaignSchema = z.strictObject({
  campaignId: CampaignIdSchema,
  advertiserId: AdvertiserIdSchema,
  name: z.string().min(1).max(200),
  objective: z.enum(OBJECTIVES),
  status: EntityStatusSchema,
  schedule: ScheduleSchema,
  budget: BudgetSchema,
  frequencyCaps: FrequencyCapsSchema,
});
export type Campaign = DeepReadonly<z.infer<typeof CampaignSchema>>;
