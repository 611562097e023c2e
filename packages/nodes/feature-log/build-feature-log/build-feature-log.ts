import { adId } from "@tenon/ads-model";
import { type FeatureSnapshot, type IdColumn, type ModelScores, node } from "@tenon/graph-core";
import { chargesOf } from "../shared/charge.ts";
import { shownPositions } from "../shared/shown-positions.ts";
import { buildFeatureLogContract } from "./build-feature-log.contract.ts";

/** A record exists only for scores of the snapshot beside them: logged is what was scored, or nothing is logged. */
export const buildFeatureLog = node({
  ...buildFeatureLogContract,
  run: (inputs, { uses, clock }) => {
    const { normalRequest, measuredUser, indexVersion, servableWinners, placements, placedAds } = inputs;
    const chargeAt = chargesOf(inputs);
    const positions = shownPositions(placements, servableWinners, placedAds);
    return {
      featureLogRecord: {
        requestId: normalRequest.requestId,
        atMs: clock.nowMs,
        surface: normalRequest.surface,
        userPseudonym: measuredUser.allowed ? measuredUser.pseudonym : null,
        arms: inputs.arms,
        indexVersion: indexVersion.text,
        embeddingVersion: indexVersion.embeddingVersion,
        light: scored(inputs.lightFeatures, inputs.lightScores, inputs.pacedAds.ids),
        rank: scored(inputs.rankFeatures, inputs.clickMargins, inputs.trimmedAds.ids),
        calibratorsVersion: uses.calibrators.version,
        clickProbability: inputs.clickProbability,
        auctionPolicyVersion: uses.auctionPolicy.version,
        ecpmMicros: inputs.auctionScore.ecpmMicros,
        shown: positions.flatMap((each, position) =>
          each.kind === "organic" ? [] : [{ adId: adId(placedAds.ids.at(each.row)), position, ...chargeAt(each.row) }],
        ),
      },
    };
  },
});

/** Throws unless `scores` were computed from these very bytes. */
function scored(features: FeatureSnapshot, scores: ModelScores, adIds: IdColumn) {
  if (!scores.isOf(features)) {
    throw new Error(
      `scores of model "${scores.modelVersion}" belong to snapshot ${scores.snapshotDigest}, not to ${features.digest} of features "${features.schema.name}": nothing is logged that was not scored`,
    );
  }
  return { schemaFingerprint: features.schema.fingerprint, features, scores, adIds };
}
