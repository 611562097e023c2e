import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const Old = numberSlot("old", { keptFor: "comparison" });
const New = numberSlot("new");
const loadOld = step("team-1", { reads: [A], writes: [Old] });
const loadNew = step("team-2", { reads: [A], writes: [New] });
const deprecating = (deprecated: object) =>
  wired({ request: [A], nodes: { loadOld, loadNew }, deprecated, respond: [New] });
const until = "2026-06-30";

test("a node of the graph, or a shadow, may be the replacement", () => {
  expectValid(deprecating({ loadOld: { until, replacement: "loadNew" } }));
  expectValid(
    wired({
      request: [A],
      nodes: { loadOld, loadNew },
      shadows: { newOld: { of: "loadOld", node: step("team-3", { reads: [A], writes: [Old] }) } },
      deprecated: { loadOld: { until, replacement: "newOld" } },
      respond: [New],
    }),
  );
});

test("an unknown replacement is told, with the near name", () => {
  expectDiagnostics(deprecating({ loadOld: { until, replacement: "loadNews" } }), [
    {
      code: "TENON1012",
      message: 'graph "g" (owner team-g) has no node "loadNews" to replace node "loadOld" (owner team-1)',
      parties: ["graph g team-g", "node loadOld team-1"],
      hint: 'did you mean "loadNew"? name a node of this graph, or remove the entry',
    },
  ]);
});

test("a deprecation of a node that is not there is told", () => {
  expectDiagnostics(deprecating({ loadOlder: { until, replacement: "loadNew" } }), [
    { code: "TENON1012", message: 'graph "g" (owner team-g) deprecates node "loadOlder", which it does not have' },
  ]);
});

test("a node does not replace itself", () => {
  expectDiagnostics(deprecating({ loadOld: { until, replacement: "loadOld" } }), [
    {
      code: "TENON1012",
      message: 'graph "g" (owner team-g) replaces deprecated node "loadOld" (owner team-1) by itself',
    },
  ]);
});
