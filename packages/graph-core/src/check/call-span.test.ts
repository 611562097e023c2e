import { expect, test } from "vitest";
import { endOfCall, offsetOf } from "./call-span.ts";

test("a place becomes an offset, also behind the end", () => {
  expect(offsetOf("ab\ncd\n", { line: 2, column: 2 })).toBe(4);
  expect(offsetOf("ab", { line: 9, column: 1 })).toBe(2);
});

test.each([
  ["node({ run: (a) => f(a) }) + 1", "node({ run: (a) => f(a) })"],
  ['node(")", 1) + 1', 'node(")", 1)'],
  ["node('\\')', `)`) + 1", "node('\\')', `)`)"],
  ["node(/* ) */ 1) + 1", "node(/* ) */ 1)"],
  ["node(\n // )\n 1) + 1", "node(\n // )\n 1)"],
  ["node(1", "node(1"],
  ["name", "name"],
])("the call in %j ends where its parenthesis closes", (text, call) => {
  expect(text.slice(0, endOfCall(text, 0))).toBe(call);
});
