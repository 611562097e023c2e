import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf, tableLines } from "./table.ts";

test("columns are as wide as their widest cell, numbers line up at their last digit", () => {
  const lines = tableLines(
    [{ title: "brand" }, { title: "price", align: "right" }, { title: "why" }],
    [
      ["Peugeot", "36.36", "near"],
      ["BMW", "7", ""],
    ],
    { indent: "> " },
  );
  expect(lines).toEqual(["> brand    price  why", "> Peugeot  36.36  near", "> BMW          7"]);
});

test("East Asian characters and pictographs take two cells, marks none", () => {
  expect(cellsOf("三菱")).toBe(4);
  expect(cellsOf("e\u0301")).toBe(1);
  expect(
    tableLines(
      [{ title: "brand" }, { title: "x" }],
      [
        ["三菱", "1"],
        ["abcde", "2"],
      ],
    )[1],
  ).toBe("三菱   1");
});

test("a text that is too long ends in an ellipsis and is never wider than its column", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, widthMax) => {
      const line = tableLines([{ title: "", widthMax }], [[text]])[1] as string;
      expect(cellsOf(line)).toBeLessThanOrEqual(widthMax);
    }),
  );
});

test("line breaks and control characters of data cannot break a table", () => {
  expect(tableLines([{ title: "a" }], [["x\ny\u001B[31m"]])).toHaveLength(2);
  expect(tableLines([{ title: "a" }], [["x\ny\u001B[31m"]])[1]).toBe("x y [31m");
});
