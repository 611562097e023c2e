import { F32Column } from "@tenon/graph-core";
import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { retrieveByVector } from "./retrieve-by-vector.ts";

runAdGoldens(retrieveByVector, import.meta.dirname, { bind: { adIndex: adIndexOf } });

test("a vector of another embedding version is refused, not compared", async () => {
  const adIndex = adIndexOf({ version: "v2", ads: [{ adId: 1, vector: [1, 0] }] });
  const retrievalPolicy = { vectorAdsMax: 1, vectorAdsMin: 1, searchBudgetMs: 5 };
  const inputs = {
    targetingQuery: { targeting: {}, atMs: 0 },
    userEmbedding: { version: "v1", vector: F32Column.from([1, 0]), basis: "interests" },
  };
  await expect(runNode(retrieveByVector, inputs, { uses: { adIndex, retrievalPolicy } })).rejects.toThrow("TENON1402");
});
