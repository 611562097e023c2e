import { GraphError } from "../contract/error.ts";
import type { F64Column } from "./columns.ts";
import type { FeatureSnapshot } from "./feature-snapshot.ts";

/** What a model said about the rows of one snapshot: margins tied to the snapshot's digest and the model's version. */
export class ModelScores {
  readonly tenonValue = "modelScores";
  readonly snapshotDigest: string;
  readonly modelVersion: string;
  /** Raw margins (log-odds for a classifier), one per row of the snapshot. */
  readonly margins: F64Column;

  private constructor(snapshotDigest: string, modelVersion: string, margins: F64Column) {
    this.snapshotDigest = snapshotDigest;
    this.modelVersion = modelVersion;
    this.margins = margins;
    Object.freeze(this);
  }

  /** Ties margins to the snapshot they were computed from. Throws TENON1155 unless there is one margin per row. */
  static of(
    snapshot: FeatureSnapshot,
    scores: { readonly modelVersion: string; readonly margins: F64Column },
  ): ModelScores {
    const { modelVersion, margins } = scores;
    if (margins.length !== snapshot.rowCount) {
      throw new GraphError(`model ${modelVersion} gave ${margins.length} margins for ${snapshot.rowCount} rows`, {
        code: "TENON1155",
        category: "node",
        detail: `expected ${snapshot.rowCount} margins, found ${margins.length}`,
        hint: "score every row of the snapshot, in its order",
      });
    }
    return new ModelScores(snapshot.digest, modelVersion, margins);
  }

  /** For codecs only: scores as they were recorded. */
  static restore(snapshotDigest: string, modelVersion: string, margins: F64Column): ModelScores {
    return new ModelScores(snapshotDigest, modelVersion, margins);
  }

  /** Whether these are scores of that very snapshot: same bytes, not just the same schema. */
  isOf(snapshot: FeatureSnapshot): boolean {
    return this.snapshotDigest === snapshot.digest && this.margins.length === snapshot.rowCount;
  }
}
