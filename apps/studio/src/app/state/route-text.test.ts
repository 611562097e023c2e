import fc from "fast-check";
import { expect, test } from "vitest";
import { readRoute, routeText, VIEWS } from "./route-text.ts";

test("every state comes back from its address", () => {
  const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
  const keys = [
    "graph",
    "run",
    "ad",
    "node",
    "heat",
    "scope",
    "find",
    "open",
    "level",
    "tab",
    "with",
    "item",
    "report",
    "theme",
  ] as const;
  const route = fc.record({
    view: fc.constantFrom(...VIEWS),
    ...Object.fromEntries(keys.map((key) => [key, text])),
  } as never);
  fc.assert(
    fc.property(route, (state: object) => {
      expect(readRoute(routeText(state as never))).toEqual(JSON.parse(JSON.stringify(state)));
    }),
  );
});

test("an address that nobody made is the newest request", () => {
  expect(readRoute("")).toEqual({ view: "run" });
  expect(readRoute("#/view=nonsense&ad=")).toEqual({ view: "run" });
});
