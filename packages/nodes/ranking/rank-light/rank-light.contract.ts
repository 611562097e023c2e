import { PacedAds } from "../../delivery/slots.ts";
import { LightModelResource } from "../resources.ts";
import { LightFeatures, LightScores } from "../slots.ts";

export const rankLightContract = {
  owner: "ads-ranking",
  purpose: "scores every candidate with a model cheap enough for all of them",
  of: PacedAds,
  reads: [LightFeatures],
  writes: [LightScores],
  uses: [LightModelResource],
  scores: { snapshot: LightFeatures, features: "all" },
  budgetMs: 3,
} as const;
