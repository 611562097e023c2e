import { SOURCE_TIME_UNKNOWN } from "@tenon/nodes";
import { expect, test } from "vitest";
import { Freshness } from "./freshness.ts";

test("a change without a source time is of no age, and no news", () => {
  const freshness = new Freshness(() => 1_000);
  freshness.applied(SOURCE_TIME_UNKNOWN, true);
  expect(freshness.report()).toEqual({ samples: 0, p50Ms: null, p99Ms: null, stalenessMs: null });
  freshness.applied(900, true);
  freshness.applied(SOURCE_TIME_UNKNOWN, true);
  expect(freshness.report()).toEqual({ samples: 1, p50Ms: 100, p99Ms: 100, stalenessMs: 100 });
});
