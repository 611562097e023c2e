import { map } from "@tenon/graph-core";
import { RANK_FEATURES } from "../features.ts";
import { predictClicksContract } from "./predict-clicks.contract.ts";

const NOT_FOR_MODELS: readonly string[] = RANK_FEATURES.features
  .filter(({ keptFor }) => keptFor !== undefined)
  .map(({ name }) => name);

/** Refuses a model that reads the bid: its probabilities would move with the bid, and second prices lose their meaning. */
export const predictClicks = map({
  ...predictClicksContract,
  run: ({ rankFeatures }, { uses: { clickModel } }) => {
    const forbidden = NOT_FOR_MODELS.find((name) => clickModel.manifest.features.includes(name));
    if (forbidden !== undefined) {
      throw new Error(
        `click model "${clickModel.version}" reads feature "${forbidden}", which is kept for analysis only: train on CLICK_MODEL_FEATURES`,
      );
    }
    return { clickMargins: clickModel.score(rankFeatures) };
  },
});
