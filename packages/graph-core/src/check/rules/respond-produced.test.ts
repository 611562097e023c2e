import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { subgraph } from "../../graph/graph.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const makeB = step("team-1", { reads: [A], writes: [B] });

test("a graph may respond with what it got or what its nodes write", () => {
  expectValid(wired({ request: [A], nodes: { makeB }, respond: [A, B] }));
});

test("a respond slot that nobody writes is the graph's mistake", () => {
  expectDiagnostics(wired({ request: [A], nodes: { makeB }, respond: [B, C] }), [
    {
      code: "TENON1007",
      message: 'graph "g" (owner team-g) responds with slot "c" (owner team-c), which no node writes',
      parties: ["graph g team-g", "slot c team-c"],
    },
  ]);
});

test("a subgraph gives out what its own nodes write", () => {
  const part = subgraph({ owner: "team-s", purpose: "a part", in: [A], nodes: { makeB }, out: [B, C] } as never);
  expectDiagnostics(wired({ request: [A], nodes: { part }, respond: [B] }), [
    {
      code: "TENON1007",
      message: 'subgraph "part" (owner team-s) gives out slot "c" (owner team-c), which no node in it writes',
      parties: ["graph part team-s", "slot c team-c", "graph g team-g"],
    },
  ]);
  expectDiagnostics(
    wired({ request: [A], nodes: { part, makeC: step("team-2", { reads: [A], writes: [C] }) }, respond: [B, C] }),
    [{ code: "TENON1007" }],
  );
});
