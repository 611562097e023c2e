import type { Surface } from "@tenon/ads-model";
import {
  type F64Column,
  type FeatureSnapshot,
  type ModelManifest,
  type ModelScores,
  resource,
} from "@tenon/graph-core";

/** A loaded model of one version. */
export interface ScoringModel {
  readonly version: string;
  readonly manifest: ModelManifest;
  /** Margins (log-odds of a click), one per row of the snapshot. */
  score(snapshot: FeatureSnapshot): ModelScores;
}

export const LightModelResource = resource<ScoringModel>()("lightModel", {
  owner: "ads-ranking",
  purpose: "cheap click model for many candidates",
});
export const ClickModelResource = resource<ScoringModel>()("clickModel", {
  owner: "ads-ranking",
  purpose: "click model for the best candidates",
});

/** Margins to probabilities, fitted for one model version, by surface. */
export interface ClickCalibrators {
  readonly version: string;
  readonly modelVersion: string;
  /** Throws for scores of another model, and for a surface that has no calibrator. */
  probabilities(surface: Surface, scores: ModelScores): F64Column;
}

export const CalibratorsResource = resource<ClickCalibrators>()("calibrators", {
  owner: "ads-ranking",
  purpose: "turns click margins into probabilities, per surface",
});

export interface RankingPolicy {
  /** Candidates that are ranked; quality scales the first number down to the second under load. */
  readonly rankedAdsMax: number;
  readonly rankedAdsMin: number;
}

export const RankingPolicyResource = resource<RankingPolicy>()("rankingPolicy", {
  owner: "ads-ranking",
  purpose: "how many candidates are ranked",
});
