import { runPure } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { adsOf } from "../../testing/ads.ts";
import { linearModelOf, snapshotOfFlags } from "../../testing/linear-model.ts";
import { LIGHT_FEATURES, RANK_FEATURES } from "../features.ts";
import { rankLight } from "./rank-light.ts";

const pacedAds = adsOf([{ id: 1 }, { id: 2 }]);
const lightFeatures = snapshotOfFlags(LIGHT_FEATURES, [0, 1]);

test("margins are the model's, and tied to the very snapshot they were computed from", async () => {
  const lightModel = linearModelOf("light", LIGHT_FEATURES, { foundForExploration: 0.5 });
  const { lightScores } = await runPure(rankLight, { pacedAds, lightFeatures }, { uses: { lightModel } });
  expect([lightScores.margins.at(0), lightScores.margins.at(1)]).toEqual([-4, -3.5]);
  expect(lightScores.modelVersion).toBe(lightModel.version);
  expect(lightScores.isOf(lightFeatures)).toBe(true);
});

test("a model of another feature schema is refused", async () => {
  const lightModel = linearModelOf("click", RANK_FEATURES, { foundForExploration: 0.5 });
  await expect(runPure(rankLight, { pacedAds, lightFeatures }, { uses: { lightModel } })).rejects.toThrow("TENON1452");
});
