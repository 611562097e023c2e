import { expect, test } from "vitest";
import { graphOf } from "../../test/two-versions.ts";
import { rulesOf, withTolerances } from "./field-rules.ts";
import { unionGraph } from "./union-graph.ts";

const described = graphOf(
  { a: { reads: [], writes: ["score", "price"] } },
  { score: [{ path: "p", tolerance: { relative: 1e-9 } }] },
  { score: "ads-ranking", price: "ads-auction" },
);
const graph = unionGraph(described, described);
const refused = { code: "TENON2037", category: "input" };

test("a team's tolerance comes before that of the schema, and only for its slots", () => {
  const [own] = withTolerances([graph], { "ads-ranking": { "score.p": { relative: 1e-3 }, score: { ulp: 2 } } });
  expect(rulesOf(own as typeof graph).get("score")).toEqual([
    { path: "p", tolerance: { relative: 1e-3 } },
    { path: "", tolerance: { ulp: 2 } },
    { path: "p", tolerance: { relative: 1e-9 } },
  ]);
  expect(rulesOf(graph).get("score")).toHaveLength(1);
});

test("a field of another team, money and ids are refused, whoever asks", () => {
  const ask = (owner: string, field: string) => () => withTolerances([graph], { [owner]: { [field]: { ulp: 1 } } });
  expect(ask("ads-auction", "score.p")).toThrowError(
    expect.objectContaining({ ...refused, detail: expect.stringContaining("ads-ranking") }),
  );
  for (const field of ["price.chargedPriceMicros", "price.setterAdId", "price.adIds[]"])
    expect(ask("ads-auction", field)).toThrowError(expect.objectContaining(refused));
  expect(ask("ads-auction", "price.share")).not.toThrow();
  // A part of the corpora knows a part of the graphs.
  expect(ask("ads-auction", "elsewhere.p")).not.toThrow();
});
