import { F64Column, ModelScores } from "@tenon/graph-core";
import { runPure } from "@tenon/graph-testkit";
import { CalibratorSet, sealCalibratorSet } from "@tenon/model-serving";
import { expect, test } from "vitest";
import { adsOf } from "../../testing/ads.ts";
import { snapshotOfFlags } from "../../testing/linear-model.ts";
import { RANK_FEATURES } from "../features.ts";
import { calibrateClicks } from "./calibrate-clicks.ts";

const calibrators = new CalibratorSet(
  sealCalibratorSet({
    name: "click-calibrators",
    modelVersion: "click@1",
    surfaces: {
      homeFeed: { kind: "platt", slope: 1, intercept: 0 },
      search: { kind: "platt", slope: 1, intercept: 1 },
    },
  }),
);
const scoresOf = (modelVersion: string) =>
  ModelScores.of(snapshotOfFlags(RANK_FEATURES, [0, 0]), { modelVersion, margins: F64Column.from([0, -1]) });

const run = (surface: string, modelVersion = "click@1") =>
  runPure(
    calibrateClicks,
    {
      trimmedAds: adsOf([{ id: 1 }, { id: 2 }]),
      clickMargins: scoresOf(modelVersion),
      normalRequest: {
        requestId: "r1",
        surface,
        country: "US",
        region: null,
        device: "phone",
        language: "en",
        adSlotsWanted: 1,
        hourOfDayUtc: 0,
        dayOfWeekUtc: 0,
        hourOfDayLocal: null,
      },
    },
    { uses: { calibrators } },
  );

test("the same margins mean other probabilities on another surface", async () => {
  expect((await run("homeFeed"))["clickProbability"].at(0)).toBe(0.5);
  expect((await run("search"))["clickProbability"].at(1)).toBe(0.5);
});

test("margins of another model are refused, and so is a surface that nobody calibrated", async () => {
  await expect(run("homeFeed", "click@2")).rejects.toThrow("TENON1459");
  await expect(run("related")).rejects.toThrow("TENON1458");
});
