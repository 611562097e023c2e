import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");

test("every output is read, responded or kept", () => {
  expectValid(
    wired({ request: [A], nodes: { make: step("team-1", { reads: [A], writes: [B, C] }) }, respond: [B, C] }),
  );
  const Kept = numberSlot("c", { keptFor: "analysis" });
  expectValid(
    wired({ request: [A], nodes: { make: step("team-1", { reads: [A], writes: [B, Kept] }) }, respond: [B] }),
  );
});

test("an output beside a useful one that nothing reads is a warning", () => {
  expectDiagnostics(
    wired({ request: [A], nodes: { make: step("team-1", { reads: [A], writes: [B, C] }) }, respond: [B] }),
    [
      {
        code: "TENON1010",
        severity: "warning",
        message: 'nothing reads slot "c" (owner team-c), which node "make" (owner team-1) writes',
        parties: ["slot c team-c", "node make team-1"],
      },
    ],
  );
});
