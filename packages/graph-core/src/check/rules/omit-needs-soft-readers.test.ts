import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const load = step("team-1", { reads: [A], writes: [B], onFailure: "omit" });
const use = (contract: object) => step("team-2", { writes: [C], ...contract });

test("readers that take the slot as soft allow it to be left out", () => {
  expectValid(wired({ request: [A], nodes: { load, use: use({ reads: [A], soft: [B] }) }, respond: [C] }));
});

test("a reader that needs the slot does not", () => {
  expectDiagnostics(wired({ request: [A], nodes: { load, use: use({ reads: [B] }) }, respond: [C] }), [
    {
      code: "TENON1016",
      message: 'node "load" (owner team-1) leaves out slot "b" when it fails, but node "use" (owner team-2) needs it',
      parties: ["node load team-1", "node use team-2"],
    },
  ]);
});

test("the host needs what the graph responds with; all who need it are told once", () => {
  expectDiagnostics(wired({ request: [A], nodes: { load, use: use({ reads: [B] }) }, respond: [B, C] }), [
    { code: "TENON1016", parties: ["node load team-1", "node use team-2", "graph g team-g"] },
  ]);
});
