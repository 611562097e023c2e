import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");
const make = step("team-1", { reads: [A], writes: [B, C] });
const shadowing = (shadow: object) =>
  wired({ request: [A], nodes: { make }, shadows: { newer: shadow }, respond: [B, C] });

test("a shadow writes some or all slots of the node it shadows", () => {
  expectValid(shadowing({ of: "make", node: step("team-2", { reads: [A], writes: [B, C] }) }));
  expectValid(shadowing({ of: "make", node: step("team-2", { reads: [A], writes: [C] }) }));
});

test("a shadow of an unknown node is told, with the near name and a fix", () => {
  expectDiagnostics(shadowing({ of: "makes", node: step("team-2", { reads: [A], writes: [B] }) }), [
    {
      code: "TENON1013",
      message: 'shadow "newer" (owner team-2) shadows node "makes", which graph "g" (owner team-g) does not have',
      parties: ["node newer team-2", "graph g team-g"],
      hint: 'did you mean "make"? set `of` to a node of the graph',
    },
  ]);
});

test("a shadow writes no slot of its own", () => {
  expectDiagnostics(shadowing({ of: "make", node: step("team-2", { reads: [A], writes: [B, D] }) }), [
    {
      code: "TENON1013",
      message:
        'shadow "newer" (owner team-2) writes slot "d", which node "make" (owner team-1) that it shadows does not write',
      parties: ["node newer team-2", "node make team-1"],
    },
  ]);
});
