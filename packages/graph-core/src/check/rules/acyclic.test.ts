import { test } from "vitest";
import { booleanSlot, expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");

test("nodes in any order of the file are no circle", () => {
  expectValid(
    wired({
      request: [A],
      nodes: { last: step("team-2", { reads: [B], writes: [C] }), first: step("team-1", { reads: [A], writes: [B] }) },
      respond: [C],
    }),
  );
});

test("the whole way round is printed, with every node's owner and how each slot is read", () => {
  expectDiagnostics(
    wired({
      request: [A],
      nodes: {
        one: step("team-1", { reads: [A, D], writes: [B] }),
        two: step("team-2", { reads: [B], writes: [C], onFailure: "failRequest" }),
        three: step("team-3", { reads: [A], soft: [C], writes: [D], onFailure: "failRequest" }),
      },
      respond: [D],
    }),
    [
      {
        code: "TENON1008",
        message:
          '3 nodes wait for each other: node "one" (owner team-1) → slot "b" → node "two" (owner team-2) → slot "c" (soft) → node "three" (owner team-3) → slot "d" → node "one"',
        parties: ["node one team-1", "node two team-2", "node three team-3", "slot d team-d"],
      },
    ],
  );
});

test("a node that reads what it writes waits for itself", () => {
  expectDiagnostics(
    wired({ request: [A], nodes: { one: step("team-1", { reads: [A, B], writes: [B] }) }, respond: [B] }),
    [{ code: "TENON1008", message: 'a node waits for itself: node "one" (owner team-1) → slot "b" → node "one"' }],
  );
});

test("a condition closes a circle too", () => {
  const Wanted = booleanSlot("wanted");
  expectDiagnostics(
    wired({
      request: [A],
      nodes: {
        decide: step("team-1", { reads: [A], soft: [B], writes: [Wanted], onFailure: "failRequest" }),
        make: step("team-2", { reads: [A], when: Wanted, writes: [B] }),
        use: step("team-3", { reads: [A], soft: [B], writes: [C] }),
      },
      respond: [C],
    }),
    [
      {
        code: "TENON1008",
        message:
          '2 nodes wait for each other: node "decide" (owner team-1) → slot "wanted" (condition) → node "make" (owner team-2) → slot "b" (soft) → node "decide"',
      },
    ],
  );
});

test("two circles are two mistakes, also where they share a node", () => {
  expectDiagnostics(
    wired({
      request: [A],
      nodes: {
        one: step("team-1", { reads: [A, C], writes: [B] }),
        two: step("team-2", { reads: [B, D], writes: [C] }),
        three: step("team-3", { reads: [C], writes: [D] }),
      },
      respond: [D],
    }),
    [{ code: "TENON1008" }, { code: "TENON1008" }],
  );
});

test("one wrong edge that closes many circles is one mistake", () => {
  const [E, F] = [numberSlot("e"), numberSlot("f")];
  expectDiagnostics(
    wired({
      request: [A],
      nodes: {
        start: step("team-1", { reads: [A, F], writes: [B] }),
        left: step("team-2", { reads: [B], writes: [C] }),
        right: step("team-3", { reads: [B], writes: [D] }),
        far: step("team-3", { reads: [D], writes: [E] }),
        join: step("team-4", { reads: [C, E], writes: [F] }),
      },
      respond: [F],
    }),
    [{ code: "TENON1008", parties: ["node start team-1", "node left team-2", "node join team-4", "slot f team-f"] }],
  );
});
