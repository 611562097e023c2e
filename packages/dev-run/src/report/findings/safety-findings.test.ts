import { expect, test } from "vitest";
import type { Compared } from "../../compare/compared.ts";
import { safetyFindings } from "./safety-findings.ts";

/** Runs of one graph whose logs hold what was scored (`true`), something else (`false`), or no features (`null`). */
function comparedOf(logged: readonly (boolean | null)[]): Compared {
  const place = { file: "graphs/serving/a.graph.ts", line: 3, column: 5 };
  const nodes = [
    { name: "score", owner: "ads-ranking", head: { logs: [], place } },
    { name: "log", owner: "ads-serving", head: { logs: [{ slot: "features" }], place } },
  ];
  const entries = logged.map((each, at) => ({ requestId: `r${at}`, graph: "a", head: { logged: each } }));
  return { graphs: [{ name: "a", nodes }], entries } as unknown as Compared;
}

test("a log of features that were not scored fails the report, and names the node that logs and its owner", () => {
  const [finding, ...others] = safetyFindings({ compared: comparedOf([true, false, null, false]) });
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ kind: "safety", severity: "fail", node: "log", owner: "ads-serving" });
  expect(finding).toMatchObject({ entriesAffected: 2, entriesCompared: 4, examples: ["r1", "r3"] });
});

test("logs of what was scored, and runs without features, are no finding", () => {
  expect(safetyFindings({ compared: comparedOf([true, null]) })).toEqual([]);
});
