import { F32Column } from "@tenon/graph-core";
import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { retrieveByVector } from "./retrieve-by-vector.ts";

runAdGoldens(retrieveByVector, import.meta.dirname, { bind: { adIndex: adIndexOf } });

test("a vector of another embedding version is refused, not compared", async () => {
  const adIndex = adIndexOf({ version: "v2", ads: [{ adId: 1, vector: [1, 0] }] });
  const retrievalPolicy = { vectorAdsMax: 1, vectorAdsMin: 1, searchBudgetMs: 5, shadowShare: 0 };
  const inputs = {
    targetingQuery: { targeting: {}, atMs: 0 },
    userEmbedding: { version: "v1", vector: F32Column.from([1, 0]), basis: "interests" },
  };
  await expect(runNode(retrieveByVector, inputs, { uses: { adIndex, retrievalPolicy } })).rejects.toThrow("TENON1402");
});

test("the policy's share of searches is also made exactly", async () => {
  const adIndex = adIndexOf({ version: "v1", ads: [{ adId: 1, vector: [1, 0] }] });
  const asked: (boolean | undefined)[] = [];
  const watched = {
    ...adIndex,
    searchVectors: (query: Parameters<typeof adIndex.searchVectors>[0]) => {
      asked.push(query.shadow);
      return adIndex.searchVectors(query);
    },
  };
  const inputs = {
    targetingQuery: { targeting: {}, atMs: 0 },
    userEmbedding: { version: "v1", vector: F32Column.from([1, 0]), basis: "interests" },
  };
  for (const shadowShare of [0, 1]) {
    const retrievalPolicy = { vectorAdsMax: 1, vectorAdsMin: 1, searchBudgetMs: 5, shadowShare };
    await runNode(retrieveByVector, inputs, { uses: { adIndex: watched, retrievalPolicy } });
  }
  expect(asked).toEqual([false, true]);
});
