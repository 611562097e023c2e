import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { subgraph } from "../../graph/graph.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const one = step("team-1", { reads: [A], writes: [B] });
const two = step("team-2", { reads: [A], writes: [B] });
const three = step("team-3", { reads: [A], writes: [B] });

test("each slot has one writer", () => {
  expectValid(wired({ request: [A], nodes: { one }, respond: [B] }));
});

test("all writers of a slot are named in one diagnostic, the last one as the one at fault", () => {
  expectDiagnostics(wired({ request: [A], nodes: { one, two, three }, respond: [B] }), [
    {
      code: "TENON1004",
      message:
        '3 nodes write slot "b" (owner team-b): node "one" (owner team-1), node "two" (owner team-2) and node "three" (owner team-3)',
      parties: ["node three team-3", "node one team-1", "node two team-2", "slot b team-b"],
    },
  ]);
});

test("a shadow writes beside its node, it is no second writer", () => {
  expectValid(wired({ request: [A], nodes: { one }, shadows: { two: { of: "one", node: two } }, respond: [B] }));
});

test("a subgraph that gives a slot out is a writer like a node", () => {
  const part = subgraph({ owner: "team-s", purpose: "a part", in: [A], nodes: { two }, out: [B] } as never);
  expectDiagnostics(wired({ request: [A], nodes: { one, part }, respond: [B] }), [
    { code: "TENON1004", parties: ["node part/two team-2", "node one team-1", "slot b team-b"] },
  ]);
  const inside = subgraph({
    owner: "team-s",
    purpose: "a part",
    in: [A],
    nodes: { two, makeC: step("team-3", { reads: [B], writes: [C] }) },
    out: [C],
  } as never);
  expectValid(wired({ request: [A], nodes: { one, inside }, respond: [B, C] }));
});
