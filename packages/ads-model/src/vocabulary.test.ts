import { expect, test } from "vitest";
import { dailySpendMaxMicros, lifetimeRemainingMicros } from "./budget.ts";
import { COUNTRY_CODES, countryCode, countryOfRegion, regionCode } from "./country.ts";
import { DROP_REASON_FACTS, DROP_REASONS } from "./drop-reason.ts";
import { adId, userId } from "./ids.ts";
import { micros } from "./money.ts";
import { probability, probabilityFromMargin } from "./probability.ts";
import { isScheduledAt } from "./schedule.ts";
import { strictestStatus } from "./status.ts";
import { hourOfDayAt } from "./time-of-day.ts";

test("drop reasons are the nineteen of the ads domain, with OpenRTB codes where it gives them", () => {
  expect(DROP_REASONS).toHaveLength(19);
  const coded = DROP_REASONS.flatMap((reason) => (DROP_REASON_FACTS[reason].openRtbCode === null ? [] : [reason]));
  expect(coded).toEqual(["below_floor", "timeout", "error"]);
});

test("country codes are sorted, distinct and complete", () => {
  expect([...new Set(COUNTRY_CODES)].toSorted()).toEqual(COUNTRY_CODES);
  expect(COUNTRY_CODES).toHaveLength(250);
  expect(() => countryCode("UK")).toThrow("CountryCode expects an ISO 3166-1 alpha-2 code in upper case");
  expect(countryOfRegion(regionCode("GB-SCT"))).toBe("GB");
  expect(() => regionCode("ZZ-A")).toThrow("RegionCode expects");
});

test("an id is a positive safe integer or a short token", () => {
  expect(adId(Number.MAX_SAFE_INTEGER)).toBe(2 ** 53 - 1);
  for (const bad of [0, -1, 1.5, 2 ** 53, Number.NaN])
    expect(() => adId(bad)).toThrow("AdId expects an integer from 1 to 2^53-1");
  expect(() => userId("a b")).toThrow("UserId expects 1 to 64 characters");
});

test("a probability is finite and within 0 and 1", () => {
  for (const bad of [-1e-9, 1.0001, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => probability(bad)).toThrow("Probability expects");
  expect(probabilityFromMargin(0)).toBe(0.5);
  expect(probabilityFromMargin(-1_000)).toBe(0);
});

test("the local hour follows the offset across midnight, also before 1970", () => {
  expect(hourOfDayAt({ timestampMs: Date.UTC(2026, 0, 1, 23, 59), utcOffsetMinutes: 60 })).toBe(0);
  expect(hourOfDayAt({ timestampMs: Date.UTC(2026, 0, 1, 0, 10), utcOffsetMinutes: -30 })).toBe(23);
  expect(hourOfDayAt({ timestampMs: 0, utcOffsetMinutes: -720 })).toBe(12);
});

test("the end of a schedule is outside it", () => {
  const schedule = { startAtMs: 10, endAtMs: 20 };
  expect([9, 10, 19, 20].map((timestampMs) => isScheduledAt(schedule, timestampMs))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(isScheduledAt({ startAtMs: 10, endAtMs: null }, 1e15)).toBe(true);
});

test("the hard cap leaves nothing once reached, the soft cap allows its stated excess", () => {
  const lifetime = { kind: "hardLifetime", capMicros: micros(100) } as const;
  expect([0, 99, 100, 120].map((charged) => lifetimeRemainingMicros(lifetime, micros(charged)))).toEqual([
    100, 1, 0, 0,
  ]);
  expect(dailySpendMaxMicros({ kind: "softDaily", capMicros: micros(100), overdeliveryRatioMax: 0.25 })).toBe(125);
});

test("the strictest status wins", () => {
  expect(strictestStatus(["active", "archived", "paused"])).toBe("archived");
  expect(strictestStatus([])).toBe("active");
});
