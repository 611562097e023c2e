import { slot } from "@tenon/graph-core";
import { z } from "zod";
import type { DeepReadonly } from "../deep-readonly.ts";

/** What the experiments decided for this request: logged with it, so that a replay sees the same. */
export const ArmsSchema = z.strictObject({
  /** Experiment name → variant name. */
  assignments: z.record(z.string().min(1), z.string().min(1)),
  /** Parameter name → value; a node that finds no value uses its own policy's. */
  parameters: z.record(z.string().min(1), z.number()),
});
export type Arms = DeepReadonly<z.infer<typeof ArmsSchema>>;

export const Arms = slot("arms", ArmsSchema, {
  owner: "ads-serving",
  purposeOf: "experiment variants and parameters of this request",
});
