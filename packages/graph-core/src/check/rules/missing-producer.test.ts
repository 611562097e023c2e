import { test } from "vitest";
import { booleanSlot, expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { subgraph } from "../../graph/graph.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");
const makeB = step("team-1", { reads: [A], writes: [B] });
const makeC = step("team-2", { reads: [B], writes: [C] });
const makeD = step("team-3", { reads: [B], writes: [D] });

test("a slot that a node writes or the request brings has a producer", () => {
  expectValid(wired({ request: [A], nodes: { makeB, makeC }, respond: [C] }));
  expectValid(wired({ request: [B], nodes: { makeC }, respond: [C] }));
});

test("a slot without a producer is told once, with every reader and the graph that responds with it", () => {
  expectDiagnostics(wired({ request: [A], nodes: { makeC, makeD }, respond: [C, D, B] }), [
    {
      code: "TENON1003",
      message: 'no node writes slot "b" (owner team-b), which node "makeC" (owner team-2) and 1 more read',
      parties: ["node makeC team-2", "slot b team-b", "node makeD team-3", "graph g team-g"],
    },
  ]);
});

test("a soft read and a condition need a producer too", () => {
  const soft = step("team-2", { reads: [A], soft: [B], writes: [C] });
  expectDiagnostics(wired({ request: [A], nodes: { soft }, respond: [C] }), [{ code: "TENON1003" }]);
  const when = step("team-2", { reads: [A], when: booleanSlot("b"), writes: [C] });
  expectDiagnostics(
    wired({
      request: [A],
      nodes: { when, soft: step("team-3", { soft: [C], reads: [A], writes: [D], onFailure: "failRequest" }) },
      respond: [D],
    }),
    [{ code: "TENON1003" }],
  );
});

test("a shadow's read needs a producer too", () => {
  expectDiagnostics(
    wired({
      request: [A],
      nodes: { makeB },
      shadows: { newB: { of: "makeB", node: step("team-2", { reads: [D], writes: [B] }) } },
      respond: [B],
    }),
    [{ code: "TENON1003", parties: ["node newB team-2", "slot d team-d"] }],
  );
});

test("a near name is suggested", () => {
  const Counts = numberSlot("userCounts");
  const Count = numberSlot("userCount");
  expectDiagnostics(
    wired({
      request: [A],
      nodes: {
        load: step("team-1", { reads: [A], writes: [Counts] }),
        cap: step("team-2", { reads: [Count, Counts], writes: [C] }),
      },
      respond: [C],
    }),
    [
      {
        code: "TENON1003",
        hint: 'did you mean slot "userCounts"? otherwise add the node that writes it to `nodes`, list the slot in `request`, or remove the read',
      },
    ],
  );
});

test("a subgraph that forgot to list a slot of the graph around it is told to", () => {
  const inner = (border: object) =>
    subgraph({
      owner: "team-s",
      purpose: "a part",
      nodes: { makeC: step("team-2", { reads: [B, A], writes: [C] }) },
      out: [C],
      ...border,
    } as never);
  expectValid(wired({ request: [A], nodes: { makeB, part: inner({ in: [A, B] }) }, respond: [C] }));
  expectDiagnostics(wired({ request: [A], nodes: { makeB, part: inner({ in: [A] }) }, respond: [C, B] }), [
    {
      code: "TENON1003",
      message: 'no node writes slot "part/b" (owner team-b), which node "part/makeC" (owner team-2) reads',
      hint: 'list the slot in `in` of subgraph "part": outside it is "b"',
    },
  ]);
});
