import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { AdGroupIdSchema, AdIdSchema, CreativeIdSchema } from "./ids.ts";
import { EntityStatusSchema } from "./status.ts";
import { KeywordSchema } from "./targeting.ts";

/** The servable unit: one creative in one ad group. */
export const AdSchema = z.strictObject({
  adId: AdIdSchema,
  adGroupId: AdGroupIdSchema,
  creativeId: CreativeIdSchema,
  status: EntityStatusSchema,
  /** Words that find the ad in search, most telling first, without repeats. */
  keywords: z.array(KeywordSchema).max(64),
});
export type Ad = DeepReadonly<z.infer<typeof AdSchema>>;
