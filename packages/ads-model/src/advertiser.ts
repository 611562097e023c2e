import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { AdvertiserIdSchema } from "./ids.ts";
import { EntityStatusSchema, ReviewStatusSchema } from "./status.ts";
import { InterestSchema } from "./targeting.ts";

/** Who pays: a brand with a place in the category tree. */
export const AdvertiserSchema = z.strictObject({
  advertiserId: AdvertiserIdSchema,
  brand: z.string().min(1).max(200),
  /** Category path, also the interest it appeals to. */
  category: InterestSchema,
  status: EntityStatusSchema,
  policyReview: ReviewStatusSchema,
});
export type Advertiser = DeepReadonly<z.infer<typeof AdvertiserSchema>>;
