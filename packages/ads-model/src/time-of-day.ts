import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

/** Hour on the user's own clock, 0 to 23. Hours are targeted in local time: breakfast is at eight everywhere. */
export type HourOfDay = Brand<number, "HourOfDay">;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Offsets in use run from -12:00 to +14:00. */
export const UTC_OFFSET_MINUTES_MIN = -720;
export const UTC_OFFSET_MINUTES_MAX = 840;

/** @throws InvalidValueError when the value is no integer from 0 to 23. */
export function hourOfDay(value: number): HourOfDay {
  if (Number.isInteger(value) && value >= 0 && value <= 23) return (value + 0) as HourOfDay;
  throw new InvalidValueError({
    noun: "HourOfDay",
    expected: "an integer from 0 to 23",
    found: value,
    hint: "midnight is 0, not 24",
  });
}

/** The local hour at an instant, for someone whose clock is `utcOffsetMinutes` ahead of UTC. */
export function hourOfDayAt(instant: { timestampMs: number; utcOffsetMinutes: number }): HourOfDay {
  const localMs = instant.timestampMs + instant.utcOffsetMinutes * MINUTE_MS;
  return hourOfDay(((Math.floor(localMs / HOUR_MS) % 24) + 24) % 24);
}

export const HourOfDaySchema = brandedSchema<HourOfDay>(z.int().min(0).max(23));
export const UtcOffsetMinutesSchema = z.int().min(UTC_OFFSET_MINUTES_MIN).max(UTC_OFFSET_MINUTES_MAX);
