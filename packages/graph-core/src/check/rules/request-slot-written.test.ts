import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { subgraph } from "../../graph/graph.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const one = step("team-1", { reads: [A], writes: [B] });

test("nobody writes a request slot", () => {
  expectValid(wired({ request: [A], nodes: { one }, respond: [B] }));
});

test("writers of a request slot are told once, however many", () => {
  const two = step("team-2", { reads: [A], writes: [B] });
  expectDiagnostics(wired({ request: [A, B], nodes: { one, two }, respond: [B] }), [
    {
      code: "TENON1005",
      message:
        'slot "b" (owner team-b) is a request slot of graph "g" (owner team-g), but node "one" (owner team-1) and node "two" (owner team-2) write it',
      parties: ["node one team-1", "graph g team-g", "slot b team-b", "node two team-2"],
    },
  ]);
});

test("a subgraph does not write what comes into it, and is the only one to blame", () => {
  const part = subgraph({
    owner: "team-s",
    purpose: "a part",
    in: [A, B],
    nodes: { two: step("team-2", { reads: [A], writes: [B] }) },
    out: [B],
  } as never);
  expectDiagnostics(wired({ request: [A], nodes: { one, part }, respond: [B] }), [
    {
      code: "TENON1005",
      message:
        'slot "b" (owner team-b) comes into subgraph "part" from outside, but node "part/two" (owner team-2) in it writes it',
    },
  ]);
});
