import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { OrganicIdSchema } from "./ids.ts";

/** An item of the host feed that is no ad. The host has ranked the list; blending keeps its order. */
export const OrganicItemSchema = z.strictObject({
  organicId: OrganicIdSchema,
  /** The host's estimate of what the item is worth to the user, 0 to 1, on one scale for the whole list. */
  utility: z.number().min(0).max(1),
});
export type OrganicItem = DeepReadonly<z.infer<typeof OrganicItemSchema>>;
