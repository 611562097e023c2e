import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { CreativeIdSchema } from "./ids.ts";
import { ReviewStatusSchema } from "./status.ts";

/** What the user sees. */
export const CreativeSchema = z.strictObject({
  creativeId: CreativeIdSchema,
  title: z.string().min(1).max(200),
  body: z.string().max(500),
  landingUrl: z.url({ protocol: /^https$/ }),
  review: ReviewStatusSchema,
});
export type Creative = DeepReadonly<z.infer<typeof CreativeSchema>>;
