/**
 * How a forward column is stored. Values of one ad stand together per family, all families of one type in one array, so that
 * reading a dozen columns of an ad touches a few cache lines.
 *
 * L1 Storage loses nothing: what is read is the value that was given, as a double.
 * L2 The values decide: a column takes the narrowest form that holds all of its values. Equal values take equal forms.
 */

/** Types of families: 1, 4, 4 and 8 bytes a value. */
export type Family = "u8" | "i32" | "f32" | "f64";

/** What a stored number stands for. */
export type Form =
  /** Itself. */
  | { readonly form: "plain" }
  /** `start + step * stored`, exact in doubles. */
  | { readonly form: "steps"; readonly start: number; readonly step: number }
  /** `values[stored]`. */
  | { readonly form: "values"; readonly values: Float64Array };

export type ColumnForm = Form & { readonly family: Family };

/** Most different values of a `values` column in bytes, and one per so many rows in words: the table stays small beside the rows. */
const BYTE_VALUES_MAX = 256;
const ROWS_PER_VALUE_MIN = 16;
const I32_SPAN = 2 ** 31 - 1;
/** Segments of a change or two are made often and merged soon: looking for a form would cost more than it saves. */
const SMALL_ROWS = 64;

/**
 * The narrowest form of a column (L2).
 *
 * @param values of the rows that hold an ad
 */
export function columnForm(values: Float64Array): ColumnForm {
  if (values.length < SMALL_ROWS) return { family: "f64", form: "plain" };
  const steps = stepsOf(values);
  const most = steps === undefined ? Number.POSITIVE_INFINITY : stored(steps, steps.max);
  const isPlain = steps !== undefined && steps.min >= 0;
  if (isPlain && steps.max <= 255) return { family: "u8", form: "plain" };
  if (steps !== undefined && most <= 255) return { family: "u8", form: "steps", start: steps.start, step: steps.step };
  const few = different(values, Math.max(BYTE_VALUES_MAX, Math.floor(values.length / ROWS_PER_VALUE_MIN)));
  if (few !== undefined && few.length <= BYTE_VALUES_MAX) return { family: "u8", form: "values", values: few };
  if (isPlain && steps.max <= I32_SPAN) return { family: "i32", form: "plain" };
  if (steps !== undefined && most <= I32_SPAN) {
    return { family: "i32", form: "steps", start: steps.start, step: steps.step };
  }
  if (values.every((value) => Object.is(Math.fround(value), value))) return { family: "f32", form: "plain" };
  if (few !== undefined) return { family: "i32", form: "values", values: few };
  return { family: "f64", form: "plain" };
}

/** The only form of word columns: codes of another codebook are put in by changing the table alone. */
export function codeForm(codes: Float64Array): ColumnForm {
  const values = different(codes, codes.length) ?? new Float64Array(0);
  return { family: values.length <= BYTE_VALUES_MAX ? "u8" : "i32", form: "values", values };
}

/** What is stored for a value that the form was made for. */
export function storedOf(form: ColumnForm): (value: number) => number {
  if (form.form === "plain") return (value) => value;
  if (form.form === "steps") return (value) => stored(form, value);
  const places = new Map(Array.from(form.values, (value, place) => [value, place]));
  return (value) => places.get(value) as number;
}

function stored({ start, step }: { readonly start: number; readonly step: number }, value: number): number {
  return (value - start) / step;
}

interface Steps {
  readonly min: number;
  readonly max: number;
  readonly start: number;
  readonly step: number;
}

/** The coarsest steps that meet every value; `undefined` unless all are integers whose distances doubles hold exactly. */
function stepsOf(values: Float64Array): Steps | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value % 1 !== 0 || value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) return undefined;
    // A negative zero is no integer that steps could give back (L1).
    if (value === 0 && 1 / value < 0) return undefined;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (max - min > Number.MAX_SAFE_INTEGER) return undefined;
  let step = 0;
  for (let row = 0; row < values.length && step !== 1; row++) {
    const distance = (values[row] as number) - min;
    if (step === 0 || distance % step !== 0) step = commonDivisor(distance, step);
  }
  return { min, max, start: min, step: Math.max(1, step) };
}

function commonDivisor(left: number, right: number): number {
  let [larger, smaller] = [left, right];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** The different values, ascending; `undefined` when there are more than `max`, or one that a map cannot tell from another. */
function different(values: Float64Array, max: number): Float64Array | undefined {
  const found = new Set<number>();
  let previous: number | undefined;
  for (const value of values) {
    if (value === previous) continue;
    if (value === 0 && 1 / value < 0) return undefined;
    if (found.add(value).size > max) return undefined;
    previous = value;
  }
  return Float64Array.from(found).sort();
}
