import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");
const makeB = step("team-1", { reads: [A], writes: [B] });
const makeC = step("team-2", { reads: [B], writes: [C] });
const makeD = step("team-3", { reads: [A], writes: [D] });

test("a node is alive through respond slots, kept slots and shadows", () => {
  expectValid(wired({ request: [A], nodes: { makeB, makeC }, respond: [C] }));
  const Kept = numberSlot("kept", { keptFor: "the debug view" });
  expectValid(
    wired({ request: [A], nodes: { makeB, makeD: step("team-3", { reads: [A], writes: [Kept] }) }, respond: [B] }),
  );
  expectValid(
    wired({
      request: [A],
      nodes: { makeB, makeD },
      shadows: { newB: { of: "makeB", node: step("team-2", { reads: [D], writes: [B] }) } },
      respond: [B],
    }),
  );
});

test("a dead line of nodes is told once, at its end, with the nodes that work only for it", () => {
  expectDiagnostics(wired({ request: [A], nodes: { makeB, makeC, makeD }, respond: [D] }), [
    {
      code: "TENON1009",
      message: 'node "makeC" (owner team-2) has no effect on graph "g" (owner team-g): nothing reads slot "c"',
      parties: ["node makeC team-2", "graph g team-g", "node makeB team-1"],
    },
  ]);
});

test("a node that writes nothing has no effect", () => {
  const idle = step("team-2", { reads: [A], writes: [] });
  expectDiagnostics(wired({ request: [A], nodes: { makeB, idle }, respond: [B] }), [
    {
      code: "TENON1009",
      message: 'node "idle" (owner team-2) has no effect on graph "g" (owner team-g): it writes no slot',
    },
  ]);
});
