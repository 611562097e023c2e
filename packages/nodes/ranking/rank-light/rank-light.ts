import { map } from "@tenon/graph-core";
import { rankLightContract } from "./rank-light.contract.ts";

export const rankLight = map({
  ...rankLightContract,
  run: ({ lightFeatures }, { uses }) => ({ lightScores: uses.lightModel.score(lightFeatures) }),
});
