import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const D = numberSlot("d");
const E = numberSlot("e", { keptFor: "analysis" });
const nodes = {
  quick: step("team-1", { reads: [A], writes: [B], budgetMs: 10 }),
  slow: step("team-2", { reads: [A], writes: [C], budgetMs: 30 }),
  join: step("team-3", { reads: [B, C], writes: [D], budgetMs: 20 }),
  aside: step("team-4", { reads: [D], writes: [E], budgetMs: 500 }),
};
const within = (deadlineMs: number | undefined) =>
  wired({ request: [A], nodes, ...(deadlineMs !== undefined && { deadlineMs }), respond: [D] });

test("the longest chain that the response waits for fits, nodes beside it do not count", () => {
  expectValid(within(50));
  expectValid(within(undefined));
});

test("a chain that is too long is told with what each node takes, the largest first", () => {
  expectDiagnostics(within(49), [
    {
      code: "TENON1015",
      message:
        'the budgets on the critical path of graph "g" (owner team-g) add up to 50 ms, the deadline is 49 ms: node "slow" (owner team-2) 30 ms, node "join" (owner team-3) 20 ms',
      parties: ["node slow team-2", "graph g team-g", "node join team-3"],
      hint: 'save 1 ms: lower a budget (the largest is node "slow"), take a node off the path by reading less, or raise deadlineMs',
    },
  ]);
});

test("soft reads and conditions are waited for", () => {
  const soft = { ...nodes, join: step("team-3", { reads: [B], soft: [C], writes: [D], budgetMs: 20 }) };
  const slow = step("team-2", { reads: [A], writes: [C], budgetMs: 30, onFailure: "omit" });
  expectDiagnostics(wired({ request: [A], nodes: { ...soft, slow }, deadlineMs: 49, respond: [D] }), [
    { code: "TENON1015" },
  ]);
});
