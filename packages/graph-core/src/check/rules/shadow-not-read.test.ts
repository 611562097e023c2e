import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");
const make = step("team-1", { reads: [A], writes: [B] });
const shadows = { newer: { of: "make", node: step("team-2", { reads: [A], writes: [B, C] }) } };

test("a slot that an active node writes may be read, whatever shadows it", () => {
  const shadow = { newer: { of: "make", node: step("team-2", { reads: [A], writes: [B] }) } };
  const use = step("team-3", { reads: [B], writes: [D] });
  expectValid(wired({ request: [A], nodes: { make, use }, shadows: shadow, respond: [D] }));
});

test("a slot that only a shadow writes is read by nobody", () => {
  const use = step("team-3", { reads: [B, C], writes: [D] });
  expectDiagnostics(wired({ request: [A], nodes: { make, use }, shadows, respond: [D] }), [
    {
      code: "TENON1014",
      message:
        'node "use" (owner team-3) reads slot "c" (owner team-c), which only shadow "newer" (owner team-2) writes',
      parties: ["node use team-3", "node newer team-2", "slot c team-c"],
    },
  ]);
  expectDiagnostics(wired({ request: [A], nodes: { make }, shadows, respond: [B, C] }), [
    { code: "TENON1014", parties: ["graph g team-g", "node newer team-2", "slot c team-c"] },
  ]);
});
