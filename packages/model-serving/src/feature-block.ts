/**
 * The features of a few hundred rows, copied out of a snapshot into one buffer that stays in the processor's cache
 * while every tree reads it. Column-major: input `i`, row `r` is at `i × ROWS_PER_BLOCK + r`.
 */
import { ABSENT_I32, type Column } from "@tenon/graph-core";
import { rawValues } from "@tenon/graph-core/internal";

/** Rows scored together: 256 rows of 40 inputs are 80 KiB. A multiple of 4, the rows that walk side by side. */
export const ROWS_PER_BLOCK = 256;

/** One column of a block: which of the model's features, and in which form. */
export type BlockInput =
  /** Numbers, with missing values as -Infinity (`lowest`) or NaN (`highest`). */
  | { readonly kind: "numbers"; readonly feature: number; readonly missingIs: "lowest" | "highest" }
  /** Codes of a dictionary feature, shifted by one so that 0 says missing. Codes past `codeMax` all become `codeMax + 2`. */
  | { readonly kind: "codes"; readonly feature: number; readonly codeMax: number };

/** Both arrays have room for every input. An input of numbers has code 0 throughout; one of codes has numbers nobody asks. */
export interface FeatureBlock {
  readonly numbers: Float64Array;
  readonly codes: Int32Array;
}

/** An empty block for a model's inputs. It is filled anew for every block of rows. */
export function featureBlock(inputs: readonly BlockInput[]): FeatureBlock {
  // At least one column, which a tree of a single leaf points at.
  const length = Math.max(1, inputs.length) * ROWS_PER_BLOCK;
  return { numbers: new Float64Array(length), codes: new Int32Array(length) };
}

/**
 * Copies rows `start … start + rows - 1` of the model's columns into the block.
 * A value is missing where the snapshot stores no value: NaN, no code, no integer. Statuses such as `stale` or
 * `default` accompany a value, and the value counts.
 */
export function fillBlock(
  block: FeatureBlock,
  inputs: readonly BlockInput[],
  columns: readonly Column[],
  { start, rows, precision }: { readonly start: number; readonly rows: number; readonly precision: "f64" | "f32" },
): void {
  for (const [index, input] of inputs.entries()) {
    const column = columns[input.feature] as Column;
    const source = valuesOf(column).subarray(start, start + rows);
    if (input.kind === "codes") {
      copyCodes(source as Int32Array, input.codeMax, block.codes, index * ROWS_PER_BLOCK);
      continue;
    }
    const target = block.numbers.subarray(index * ROWS_PER_BLOCK, index * ROWS_PER_BLOCK + rows);
    // The engine copies and converts a whole column four times as fast as a loop over three types of array does.
    target.set(source);
    const missing = input.missingIs === "lowest" ? Number.NEGATIVE_INFINITY : Number.NaN;
    if (column.type === "i32") replaceNumber(target, ABSENT_I32, missing);
    else if (input.missingIs === "lowest") replaceNaN(target, missing);
    if (precision === "f32" && column.type !== "f32") roundToFloat32(target);
  }
}

function valuesOf(column: Column): Float64Array | Float32Array | Int32Array {
  return rawValues(column) as Float64Array | Float32Array | Int32Array;
}

function replaceNumber(values: Float64Array, from: number, to: number): void {
  for (let row = 0; row < values.length; row++) if (values[row] === from) values[row] = to;
}

function replaceNaN(values: Float64Array, to: number): void {
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) values[row] = to;
}

function copyCodes(source: Int32Array, codeMax: number, into: Int32Array, at: number): void {
  for (let row = 0; row < source.length; row++) {
    const code = source[row] as number;
    // A missing code is -1.
    into[at + row] = code > codeMax ? codeMax + 2 : code + 1;
  }
}

function roundToFloat32(values: Float64Array): void {
  for (let row = 0; row < values.length; row++) values[row] = Math.fround(values[row] as number);
}
