import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { subgraph } from "../../graph/graph.ts";

const A = numberSlot("a");
const Old = numberSlot("old");
const New = numberSlot("new");
const Score = numberSlot("score");
const loadOld = step("team-1", { reads: [A], writes: [Old] });
const loadNew = step("team-2", { reads: [A], writes: [New] });
const rank = (read: readonly unknown[]) => step("team-3", { reads: read, writes: [Score] });
const deprecated = { loadOld: { until: "2026-06-30", replacement: "loadNew" } };
const parts = { request: [A], deprecated };

test("readers are warned until the last day, and refused after it", () => {
  const used = wired({ ...parts, nodes: { loadOld, loadNew, rank: rank([Old, New]) }, respond: [Score] });
  const told = { code: "TENON1011", parties: ["node rank team-3", "node loadOld team-1"] };
  expectDiagnostics(used, [{ ...told, severity: "warning" }]);
  expectDiagnostics(used, [{ ...told, severity: "warning" }], { today: "2026-06-30" });
  expectDiagnostics(used, [{ ...told, severity: "error", hint: 'read slot "new" of node "loadNew" instead' }], {
    today: "2026-07-01",
  });
});

test("a deprecated node that only its keeper needs has no readers", () => {
  const Kept = numberSlot("old", { keptFor: "comparison until the end of June" });
  expectValid(
    wired({
      ...parts,
      nodes: { loadOld: step("team-1", { reads: [A], writes: [Kept] }), loadNew, rank: rank([New]) },
      respond: [Score],
    }),
    { today: "2026-07-01" },
  );
});

test("the graph that responds with a deprecated slot is a reader", () => {
  expectDiagnostics(wired({ ...parts, nodes: { loadOld, loadNew }, respond: [Old, New] }), [
    {
      code: "TENON1011",
      message:
        'node "loadOld" (owner team-1) is deprecated until 2026-06-30, but graph "g" (owner team-g) still responds with slot "old"',
      parties: ["graph g team-g", "node loadOld team-1"],
    },
  ]);
});

test("all readers of a deprecated node are told once", () => {
  const Other = numberSlot("other");
  const other = step("team-4", { reads: [Old], writes: [Other] });
  expectDiagnostics(
    wired({ ...parts, nodes: { loadOld, loadNew, rank: rank([Old, New]), other }, respond: [Score, Other] }),
    [{ code: "TENON1011", parties: ["node rank team-3", "node loadOld team-1", "node other team-4"] }],
  );
});

test("a deprecated subgraph is deprecated with all its nodes, which may read each other", () => {
  const Inner = numberSlot("inner");
  const part = subgraph({
    owner: "team-1",
    purpose: "a part",
    in: [A],
    nodes: {
      begin: step("team-1", { reads: [A], writes: [Inner] }),
      end: step("team-1", { reads: [Inner], writes: [Old] }),
    },
    out: [Old],
  } as never);
  expectDiagnostics(wired({ ...parts, nodes: { loadOld: part, loadNew, rank: rank([Old, New]) }, respond: [Score] }), [
    { code: "TENON1011", parties: ["node rank team-3", "node loadOld/begin team-1"] },
  ]);
});
