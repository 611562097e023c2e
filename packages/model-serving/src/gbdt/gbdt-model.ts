import { F64Writer, type FeatureSnapshot, type ModelManifest, ModelScores } from "@tenon/graph-core";
import { type GbdtArtefact, manifestOf } from "../artefact/model-artefact.ts";
import { type FeatureBlock, featureBlock, fillBlock, ROWS_PER_BLOCK } from "../feature-block.ts";
import type { Model } from "../model.ts";
import type { SnapshotReader } from "../snapshot-reader.ts";
import { type Forest, packForest } from "./forest.ts";
import { addLeaves, type Sums } from "./walk.ts";

/** A forest of decision trees over feature snapshots. */
export class GbdtModel implements Model {
  readonly version: string;
  readonly manifest: ModelManifest;
  readonly #base: number;
  readonly #precision: "f64" | "f32";
  readonly #reader: SnapshotReader;
  readonly #forest: Forest;
  // Scratch of the call that is running. `score` is synchronous, so there is never a second one.
  readonly #block: FeatureBlock;
  readonly #sums: Sums;

  constructor(artefact: GbdtArtefact, reader: SnapshotReader) {
    this.version = artefact.version;
    this.manifest = manifestOf(artefact);
    this.#base = artefact.base;
    this.#precision = artefact.precision;
    this.#reader = reader;
    this.#forest = packForest(artefact);
    this.#block = featureBlock(this.#forest.inputs);
    this.#sums = artefact.precision === "f32" ? new Float32Array(ROWS_PER_BLOCK) : new Float64Array(ROWS_PER_BLOCK);
  }

  score(snapshot: FeatureSnapshot): ModelScores {
    const columns = this.#reader(snapshot);
    const margins = new F64Writer(snapshot.rowCount);
    for (let start = 0; start < snapshot.rowCount; start += ROWS_PER_BLOCK) {
      const rows = Math.min(ROWS_PER_BLOCK, snapshot.rowCount - start);
      fillBlock(this.#block, this.#forest.inputs, columns, { start, rows, precision: this.#precision });
      this.#sums.fill(this.#base);
      addLeaves(this.#forest, this.#block, rows, this.#sums);
      for (let row = 0; row < rows; row++) margins.set(start + row, this.#sums[row] as number);
    }
    return ModelScores.of(snapshot, { modelVersion: this.version, margins: margins.seal() });
  }
}
