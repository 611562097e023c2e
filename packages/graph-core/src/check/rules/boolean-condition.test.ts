import { test } from "vitest";
import { z } from "zod";
import { booleanSlot, expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";

const A = numberSlot("a");
const Kept = numberSlot("kept", { keptFor: "analysis" });
const under = (when: unknown) => ({ make: step("team-1", { reads: [A], when, writes: [Kept] }) });

test("a condition is a boolean, or one of its literals", () => {
  const On = booleanSlot("on");
  expectValid(wired({ request: [A, On], nodes: under(On), respond: [A] }));
  const Literal = slot("on", z.literal(true).or(z.literal(false)), { owner: "team-on" });
  expectValid(wired({ request: [A, Literal], nodes: under(Literal), respond: [A] }));
});

test("a condition of another type is told, once for all nodes that use it", () => {
  const twice = {
    ...under(A),
    again: step("team-2", { reads: [A], when: A, writes: [numberSlot("b", { keptFor: "analysis" })] }),
  };
  expectDiagnostics(wired({ request: [A], nodes: twice, respond: [A] }), [
    {
      code: "TENON1018",
      message: 'node "make" (owner team-1) runs when slot "a" (owner team-a) is true, but that slot holds a number',
      parties: ["node make team-1", "slot a team-a"],
    },
  ]);
});
