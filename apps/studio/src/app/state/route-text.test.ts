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
    "finding",
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

test("a report and its finding have the address that is passed on", () => {
  expect(routeText({ view: "report", report: "pr 12", finding: "F3" })).toBe("#report/pr%2012/finding/F3");
  expect(routeText({ view: "report", report: "pr-12", theme: "dark" })).toBe("#report/pr-12?theme=dark");
  expect(readRoute("#report/pr-12/finding/F3")).toEqual({ view: "report", report: "pr-12", finding: "F3" });
  expect(readRoute("#view=report&report=pr-12")).toEqual({ view: "report", report: "pr-12" });
  expect(readRoute("#report/%zz")).toEqual({ view: "report", report: "%zz" });
});

test("an address that nobody made is the newest request", () => {
  expect(readRoute("")).toEqual({ view: "run" });
  expect(readRoute("#/view=nonsense&ad=")).toEqual({ view: "run" });
});
