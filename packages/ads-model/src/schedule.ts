import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";

/** Milliseconds since 1970-01-01T00:00Z. Times are numbers, not `Date`: slot values are plain data. */
export const TimestampMsSchema = z.int().min(0);

/** When a campaign may serve: `[startAtMs, endAtMs)`; null means without end. */
export const ScheduleSchema = z
  .strictObject({ startAtMs: TimestampMsSchema, endAtMs: TimestampMsSchema.nullable() })
  .refine(({ startAtMs, endAtMs }) => endAtMs === null || endAtMs > startAtMs, {
    message: "a schedule ends after it starts; set endAtMs to null for no end",
    path: ["endAtMs"],
  });
export type Schedule = DeepReadonly<z.infer<typeof ScheduleSchema>>;

export function isScheduledAt(schedule: Schedule, timestampMs: number): boolean {
  return timestampMs >= schedule.startAtMs && (schedule.endAtMs === null || timestampMs < schedule.endAtMs);
}
