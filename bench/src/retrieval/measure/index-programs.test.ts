import { expect, test } from "vitest";
import { figuresOf } from "./index-programs.ts";

const TEXT = "usersPerSecond   12862.3\nbruteForceUsersPerSecond 40.6\nmismatches 0.0\nbuildMs 604.0\nads 100000.0\n";

test("figures are lines of a name and a number", () => {
  expect(figuresOf(TEXT, ["mismatches"])).toEqual({
    usersPerSecond: 12_862.3,
    bruteForceUsersPerSecond: 40.6,
    mismatches: 0,
    buildMs: 604,
    ads: 100_000,
  });
});

test("a figure that is not there is not taken for 0", () => {
  expect(() => figuresOf(TEXT.replace("mismatches 0.0\n", ""), ["mismatches"])).toThrow('"mismatches"');
});
