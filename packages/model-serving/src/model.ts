import type { FeatureSnapshot, ModelManifest, ModelScores } from "@tenon/graph-core";

/** A loaded model: immutable, bound to graphs as a pinned resource and recorded by version. */
export interface Model {
  /** `name@` and the first digits of the artefact's fingerprint. */
  readonly version: string;
  readonly manifest: ModelManifest;
  /**
   * Scores every row of a snapshot. The scores carry the snapshot's digest and hold margins (log-odds), one per row in
   * row order: margins are reproduced bit for bit from the same snapshot, probabilities are not promised to be.
   * @throws GraphError TENON1452 when the snapshot has another feature schema, TENON1453 another dictionary.
   */
  score(snapshot: FeatureSnapshot): ModelScores;
}
