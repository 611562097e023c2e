import { expect, test } from "vitest";
import { lineThrough } from "./line.ts";

test("points on a line give it back", () => {
  const { fixed, slope } = lineThrough([1, 2, 5], [5, 7, 13]);
  expect(fixed).toBeCloseTo(3);
  expect(slope).toBeCloseTo(2);
});

test("one size alone has no slope", () => {
  expect(lineThrough([4], [9])).toEqual({ fixed: 9, slope: 0 });
});
