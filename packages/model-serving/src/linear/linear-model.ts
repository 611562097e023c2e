import {
  ABSENT_I32,
  type Column,
  F64Writer,
  type FeatureSnapshot,
  type ModelManifest,
  ModelScores,
} from "@tenon/graph-core";
import { rawValues } from "@tenon/graph-core/internal";
import { type LinearArtefact, manifestOf, type Term } from "../artefact/model-artefact.ts";
import type { Model } from "../model.ts";
import type { SnapshotReader } from "../snapshot-reader.ts";

/** A weighted sum over feature snapshots: the light model of a first ranking stage. */
export class LinearModel implements Model {
  readonly version: string;
  readonly manifest: ModelManifest;
  readonly #base: number;
  readonly #precision: "f64" | "f32";
  readonly #terms: readonly Term[];
  readonly #reader: SnapshotReader;

  constructor(artefact: LinearArtefact, reader: SnapshotReader) {
    this.version = artefact.version;
    this.manifest = manifestOf(artefact);
    this.#base = artefact.base;
    this.#precision = artefact.precision;
    this.#terms = artefact.terms;
    this.#reader = reader;
  }

  score(snapshot: FeatureSnapshot): ModelScores {
    const columns = this.#reader(snapshot);
    const length = snapshot.rowCount;
    const sums = this.#precision === "f32" ? new Float32Array(length) : new Float64Array(length);
    const round = this.#precision === "f32" ? Math.fround : (value: number) => value;
    sums.fill(this.#base);
    // Terms outside, rows inside: each row still adds its terms in file order.
    for (const term of this.#terms) addTerm(term, columns[term.feature] as Column, sums, round);
    const margins = new F64Writer(length);
    for (let row = 0; row < length; row++) margins.set(row, sums[row] as number);
    return ModelScores.of(snapshot, { modelVersion: this.version, margins: margins.seal() });
  }
}

type Round = (value: number) => number;

function addTerm(term: Term, column: Column, sums: Float64Array | Float32Array, round: Round): void {
  const values = rawValues(column) as Float64Array | Float32Array | Int32Array;
  const missing = round(term.missing);
  if (term.kind === "categories") {
    for (let row = 0; row < sums.length; row++) {
      // A code of -1 (missing) or past the list (a word newer than the model) has no weight of its own.
      const weight = term.weights[values[row] as number];
      sums[row] = (sums[row] as number) + (weight === undefined ? missing : round(weight));
    }
    return;
  }
  const weight = round(term.weight);
  const absent = column.type === "i32" ? ABSENT_I32 : Number.NaN;
  for (let row = 0; row < sums.length; row++) {
    const value = values[row] as number;
    const known = value !== absent && !Number.isNaN(value);
    sums[row] = (sums[row] as number) + (known ? round(round(value) * weight) : missing);
  }
}
