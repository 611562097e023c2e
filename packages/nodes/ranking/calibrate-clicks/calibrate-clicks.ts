import { map } from "@tenon/graph-core";
import { calibrateClicksContract } from "./calibrate-clicks.contract.ts";

export const calibrateClicks = map({
  ...calibrateClicksContract,
  run: ({ clickMargins, normalRequest }, { uses }) => ({
    clickProbability: uses.calibrators.probabilities(normalRequest.surface, clickMargins),
  }),
});
