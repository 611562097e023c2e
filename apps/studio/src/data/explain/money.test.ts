import { expect, test } from "vitest";
import { bytes } from "./money.ts";

test("bytes have at most three digits and a unit", () => {
  expect([0, 999, 1_000, 1_249, 9_960, 81_773_640, 5e15].map(bytes)).toEqual([
    ...["0 B", "999 B", "1.0 kB", "1.2 kB", "10.0 kB", "82 MB", "5000 TB"],
  ]);
});
