import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";

/** What the user allowed. There is no default: the caller knows, or it is false. */
export const ConsentSchema = z.strictObject({
  /** Use the profile to choose ads. Without it only the request itself is used. */
  personalisation: z.boolean(),
  /** Count and report what the user did with the ads. */
  measurement: z.boolean(),
});
export type Consent = DeepReadonly<z.infer<typeof ConsentSchema>>;
