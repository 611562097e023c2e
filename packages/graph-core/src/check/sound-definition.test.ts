import { expect, test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../test/support/wired.ts";
import { type Graph, subgraph } from "../graph/graph.ts";
import { checkGraph } from "./check-graph.ts";
import { soundDefinition } from "./sound-definition.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const making = (contract: object) =>
  wired({ request: [A], nodes: { make: step("team-1", { reads: [A], writes: [B], ...contract }) }, respond: [B] });

test("a right definition is taken as it is", () => {
  const right = making({});
  expect(soundDefinition(right).graph).toBe(right);
  expectValid(right);
});

test.each([
  ["a misspelt field", { budgetMS: 3 }, 'has an unknown field "budgetMS"'],
  ["no owner", { owner: "" }, "has no owner"],
  ["no purpose", { purpose: undefined }, "has no purpose"],
  ["no code", { run: undefined }, "has no run"],
  ["a budget of nothing", { budgetMs: 0 }, "has a budgetMs that is no time"],
  ["a policy of its own", { onFailure: "ignore" }, "has an unknown failure policy"],
  [
    "endless attempts",
    { async: true, onFailure: "failRequest", retry: { attemptsMax: Number.POSITIVE_INFINITY } },
    "has a retry without attempts",
  ],
  ["a retry of code that only computes", { retry: { attemptsMax: 2 } }, "retries, but is not async"],
  ["async that is no boolean", { async: "yes", onFailure: "failRequest" }, "has async that is no boolean"],
  ["a slot listed twice", { reads: [A, A] }, 'lists slot "a" twice in reads'],
  ["a slot that is required and soft", { soft: [A] }, 'lists slot "a" in reads and in soft'],
  ["scores without features", { scores: { snapshot: A } }, "has scores of another form"],
  ["a purpose that nobody knows", { processesFor: "fun" }, "has processesFor of another form"],
  [
    "a declassifier without a reason",
    { declassifies: { labels: ["pii"], reason: " " } },
    "has declassifies of another form",
  ],
  ["columns without a table", { columns: [{ writes: ["x"] }] }, "has columns of another form"],
] as const)("%s is told once, and nobody else is blamed", (_name, contract, words) => {
  const told = checkGraph(making(contract));
  expect(told.map(({ code, rule }) => [code, rule])).toEqual([["TENON1002", "sound-definition"]]);
  expect(told[0]?.message).toContain(words);
  expect(told[0]?.secondary.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["graph g"]);
});

test.each([
  ["a name in quotes for a slot", { reads: ["a"] }, "has something in reads[0] that is no slot"],
  ["one slot for a list", { writes: B }, "has writes that is no list"],
  ["a text for a condition", { when: "wanted" }, "has when that is no slot"],
  ["a resource that is none", { uses: [{}] }, "has something in uses[0] that is no resource"],
] as const)("%s is told, and rules that would blame others wait", (_name, contract, words) => {
  const told = checkGraph(making(contract));
  expect(told.map(({ code }) => code)).toEqual(["TENON1002"]);
  expect(told[0]?.message).toContain(words);
});

test("a graph that is none at all is described, not thrown at", () => {
  for (const nothing of [undefined, null, 7, {}, []]) {
    expect(checkGraph(nothing as never).every(({ code }) => code === "TENON1002")).toBe(true);
    expect(checkGraph(nothing as never).length).toBeGreaterThan(0);
  }
});

test("what is no node, and what is no shadow, is told by its name", () => {
  expectDiagnostics(
    wired({ request: [A], nodes: { make: step("team-1", { reads: [A], writes: [B] }), idea: "later" }, respond: [B] }),
    [{ code: "TENON1002", message: 'graph "g" (owner team-g) has "idea" in nodes, which is no node' }],
  );
  expectDiagnostics({ ...making({}), shadows: { idea: { of: "make" } } } as never, [
    { code: "TENON1002", message: 'graph "g" (owner team-g) has "idea" in shadows, which is no shadow' },
  ]);
  expectDiagnostics(
    { ...making({}), shadows: { make: { of: "make", node: step("team-2", { reads: [A], writes: [B] }) } } } as never,
    [{ code: "TENON1002", message: 'graph "g" (owner team-g) has a node and a shadow "make"' }],
  );
});

test("a deprecation needs a day and a replacement, a deadline is a time", () => {
  expectDiagnostics({ ...making({}), deprecated: { make: { until: "soon", replacement: "make" } } } as never, [
    { code: "TENON1002" },
  ]);
  expectDiagnostics({ ...making({}), deadlineMs: -1 } as never, [{ code: "TENON1002" }]);
});

test("nodes of a subgraph are named with its path, and the subgraph is checked itself", () => {
  const part = (options: object) =>
    subgraph({
      owner: "team-s",
      purpose: "a part",
      in: [A],
      nodes: { make: step("", { reads: [A], writes: [B] }) },
      out: [B],
      ...options,
    } as never);
  expectDiagnostics(wired({ request: [A], nodes: { part: part({}) }, respond: [B] }), [
    { code: "TENON1002", message: 'node "part/make" (owner ) has no owner' },
  ]);
  const told = checkGraph(
    wired({ request: [A], nodes: { part: part({ purpose: "", nodes: {} }) }, respond: [] }) as Graph,
  );
  expect(told.map(({ code }) => code)).toEqual(["TENON1002", "TENON1007"]);
});

test("two mistakes of one definition are two diagnostics", () => {
  expect(checkGraph(making({ owner: "", budgetMs: -1 })).map(({ code }) => code)).toEqual(["TENON1002", "TENON1002"]);
});
