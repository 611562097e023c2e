import { test } from "vitest";
import { booleanSlot, expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const On = booleanSlot("on");
const Deeper = booleanSlot("deeper");
const Other = booleanSlot("other");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");
const load = step("team-1", { reads: [A], when: On, writes: [B] });
const last = step("team-9", { reads: [A], soft: [C], writes: [D] });
const base = { request: [A, On, Other], respond: [D] };
const use = (contract: object) => step("team-2", { writes: [C], onFailure: "omit", ...contract });

test("a reader under the same condition, or a soft one, may read a conditional slot", () => {
  expectValid(wired({ ...base, nodes: { load, use: use({ reads: [B], when: On }), last } }));
  expectValid(wired({ ...base, nodes: { load, use: use({ reads: [A], soft: [B] }), last } }));
});

test("a reader without the condition, or under another one, may not need it", () => {
  expectDiagnostics(wired({ ...base, nodes: { load, use: use({ reads: [B] }), last } }), [
    {
      code: "TENON1017",
      message:
        'slot "b" (owner team-b) is there only when "on", because node "load" (owner team-1) runs then, but node "use" (owner team-2) needs it always',
      parties: ["node use team-2", "node load team-1"],
    },
  ]);
  expectDiagnostics(wired({ ...base, nodes: { load, use: use({ reads: [B], when: Other }), last } }), [
    {
      code: "TENON1017",
      message:
        'slot "b" (owner team-b) is there only when "on", because node "load" (owner team-1) runs then, but node "use" (owner team-2) needs it when "other"',
    },
  ]);
});

test("a condition that is decided under another one implies it, and not the other way round", () => {
  const decide = step("team-3", { reads: [A], when: On, writes: [Deeper] });
  expectValid(wired({ ...base, nodes: { load, decide, use: use({ reads: [B], when: Deeper }), last } }));
  const loadDeeper = step("team-1", { reads: [A], when: Deeper, writes: [B] });
  expectDiagnostics(wired({ ...base, nodes: { decide, load: loadDeeper, use: use({ reads: [B], when: On }), last } }), [
    { code: "TENON1017", parties: ["node use team-2", "node load team-1"] },
  ]);
});

test("the graph does not respond with what may be absent", () => {
  expectDiagnostics(wired({ request: [A, On], nodes: { load }, respond: [B] }), [
    { code: "TENON1017", parties: ["graph g team-g", "node load team-1"] },
  ]);
});

test("what is made from a conditional slot is told at the first reader only", () => {
  const next = step("team-3", { reads: [C], writes: [D] });
  expectDiagnostics(wired({ ...base, nodes: { load, use: step("team-2", { reads: [B], writes: [C] }), next } }), [
    { code: "TENON1017", parties: ["node use team-2", "node load team-1"] },
  ]);
});
