import { runPure } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { adsOf } from "../../testing/ads.ts";
import { linearModelOf, snapshotOfFlags } from "../../testing/linear-model.ts";
import { CLICK_MODEL_FEATURES, RANK_FEATURES } from "../features.ts";
import { predictClicks } from "./predict-clicks.ts";

const trimmedAds = adsOf([{ id: 1 }, { id: 2 }]);
const rankFeatures = snapshotOfFlags(RANK_FEATURES, [1, 0]);

test("margins are the model's, and tied to the very snapshot they were computed from", async () => {
  const clickModel = linearModelOf("click", RANK_FEATURES, { foundForExploration: 2 });
  const { clickMargins } = await runPure(predictClicks, { trimmedAds, rankFeatures }, { uses: { clickModel } });
  expect([clickMargins.margins.at(0), clickMargins.margins.at(1)]).toEqual([-2, -4]);
  expect(clickMargins.isOf(rankFeatures)).toBe(true);
});

test("a model that reads the bid is refused, whatever weight it gives it", async () => {
  const clickModel = linearModelOf("greedy", RANK_FEATURES, { foundForExploration: 1, bidLog: 0 });
  const run = runPure(predictClicks, { trimmedAds, rankFeatures }, { uses: { clickModel } });
  await expect(run).rejects.toThrow(/"greedy@.*" reads feature "bidLog"/);
});

test("the features that a click model may be trained on hold no bid and no position", () => {
  expect(CLICK_MODEL_FEATURES).not.toContain("bidLog");
  expect(CLICK_MODEL_FEATURES).not.toContain("paysPerClick");
  expect(RANK_FEATURES.names.filter((name) => /position|rank|slot/i.test(name))).toEqual([]);
});
