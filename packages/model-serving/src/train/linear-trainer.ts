/**
 * Logistic regression with ridge penalty, by Newton's method: the light model of a first stage, and the model to take
 * when clicks are few.
 *
 * Every feature has a weight for "missing" of its own; a dictionary feature has one weight per code. The design is
 * sparse: a row has one entry per feature, whatever the size of the dictionaries.
 */
import { type LinearArtefact, sealArtefact, type Term } from "../artefact/model-artefact.ts";
import { readFacts } from "../artefact/read-facts.ts";
import { lossOfMargin } from "../log-loss.ts";
import { requireBothClasses, rowsError } from "../rows-error.ts";
import { solveSymmetric } from "./solve.ts";
import { requireTrainingData, type TrainingData } from "./training-data.ts";

/** Weights fitted at once. The Newton system is dense, so 1,024 take 8 MiB and a third of a second per step. */
const WEIGHTS_MAX = 1024;
/** The loss is convex and smooth: 5 to 8 steps are usual. */
const STEPS_MAX = 30;
/** No weight moves by more than this in the last step (log-odds per standard deviation). */
const STEP_TOLERANCE = 1e-9;
/** Halvings of one step. */
const HALVINGS_MAX = 30;
/** A loss this much higher, as a share of it, is taken for rounding: near the optimum it hides steps that still help. */
const LOSS_NOISE = 1e-13;

export interface LinearSettings {
  /** Ridge penalty on every weight but the intercept: as if a weight had been seen to be 0 in this many clicks' worth of rows. */
  readonly l2: number;
}

export const LINEAR_DEFAULTS: LinearSettings = { l2: 1 };

export interface LinearTask {
  readonly name: string;
  readonly train: TrainingData;
  /** Where the rows come from, in words, for the artefact. */
  readonly data: string;
  /** The features the model may read; all of the schema's by default. */
  readonly features?: readonly string[];
  readonly settings?: Partial<LinearSettings>;
}

/** @throws GraphError TENON1457 when rows do not fit together, labels hold one class or dictionaries are too large. */
export function trainLinear(task: LinearTask): LinearArtefact {
  const settings = { ...LINEAR_DEFAULTS, ...task.settings };
  const { schema, labels, columns } = requireTrainingData(task.train);
  const positives = requireBothClasses(labels);
  const names = task.features ?? schema.names;
  let size = 1;
  const inputs = names.map((name): Input => {
    const values = columns[schema.index(name)] as Float64Array;
    const codes = schema.declaration(name).dictionary?.words.length ?? 0;
    const input =
      codes > 0
        ? { values, start: size, codes, mean: 0, deviation: 1 }
        : { values, start: size, codes, ...spread(values) };
    // One weight per code, or one for the number; then one for "missing".
    size += Math.max(1, codes) + 1;
    return input;
  });
  if (size > WEIGHTS_MAX) {
    throw rowsError("the model would have too many weights", {
      expected: `at most ${WEIGHTS_MAX}`,
      found: `${size}: leave large dictionaries out`,
    });
  }
  const weights = fit(designOf(inputs, size, labels), settings);
  const terms = inputs.map((input, feature) => termOf(input, feature, weights));
  // A number's term is centred on its mean: what that takes from every row is given back here.
  const centring = inputs.reduce(
    (sum, { start, mean, deviation }) => sum - ((weights[start] as number) * mean) / deviation,
    0,
  );
  return sealArtefact<LinearArtefact>({
    kind: "linear",
    name: task.name,
    ...readFacts(schema, names),
    base: (weights[0] as number) + centring,
    precision: "f64",
    terms,
    training: { data: task.data, rows: labels.length, positives, settings: { ...settings } },
  });
}

/** One feature's weights: `codes` of them for a dictionary, one for a number (`codes` is 0), and "missing" after them. */
interface Input {
  readonly values: Float64Array;
  readonly start: number;
  readonly codes: number;
  readonly mean: number;
  readonly deviation: number;
}

function termOf({ start, codes, mean, deviation }: Input, feature: number, weights: Float64Array): Term {
  const missing = weights[start + Math.max(1, codes)] as number;
  if (codes > 0) return { kind: "categories", feature, weights: [...weights.subarray(start, start + codes)], missing };
  const weight = (weights[start] as number) / deviation;
  return { kind: "numeric", feature, weight, missing: missing + weight * mean };
}

/** Every row's entries, side by side: which weights it uses, and their factors. Entry 0 is the intercept. */
interface Design {
  /** Entries per row. Their weights ascend. */
  readonly width: number;
  readonly at: Int32Array;
  readonly factors: Float64Array;
  /** Number of weights. */
  readonly size: number;
  readonly labels: Uint8Array;
}

function designOf(inputs: readonly Input[], size: number, labels: Uint8Array): Design {
  const width = inputs.length + 1;
  const at = new Int32Array(labels.length * width);
  const factors = new Float64Array(labels.length * width).fill(1);
  for (const [index, { values, start, codes, mean, deviation }] of inputs.entries()) {
    for (let row = 0; row < labels.length; row++) {
      const value = values[row] as number;
      const entry = row * width + index + 1;
      if (Number.isNaN(value)) at[entry] = start + Math.max(1, codes);
      else at[entry] = codes > 0 ? start + value : start;
      if (!Number.isNaN(value) && codes === 0) factors[entry] = (value - mean) / deviation;
    }
  }
  return { width, at, factors, size, labels };
}

function fit(design: Design, { l2 }: LinearSettings): Float64Array {
  let weights = new Float64Array(design.size);
  let loss = lossOf(design, weights, l2);
  for (let step = 0; step < STEPS_MAX; step++) {
    const { curvature, descent } = newtonSystem(design, weights, l2);
    const move = solveSymmetric(curvature, descent);
    if (move === undefined) break;
    const next = search(design, { weights, move, loss, l2 });
    if (next === undefined) break;
    ({ weights, loss } = next);
    if (move.every((each) => Math.abs(each) < STEP_TOLERANCE)) break;
  }
  return weights;
}

/** The first of the full step, half of it, a quarter … that does not raise the loss. */
function search(
  design: Design,
  {
    weights,
    move,
    loss,
    l2,
  }: { readonly weights: Float64Array; readonly move: Float64Array; readonly loss: number; readonly l2: number },
): { readonly weights: Float64Array<ArrayBuffer>; readonly loss: number } | undefined {
  for (let halving = 0, share = 1; halving < HALVINGS_MAX; halving++, share /= 2) {
    const next = Float64Array.from(weights, (weight, index) => weight + share * (move[index] as number));
    const found = lossOf(design, next, l2);
    if (found <= loss * (1 + LOSS_NOISE)) return { weights: next, loss: found };
  }
  return undefined;
}

/** Second derivatives (lower half) and negative gradient of the penalised loss. */
function newtonSystem(design: Design, weights: Float64Array, l2: number) {
  const { width, at, factors, size, labels } = design;
  const curvature = new Float64Array(size * size);
  const descent = new Float64Array(size);
  for (let weight = 1; weight < size; weight++) {
    curvature[weight * size + weight] = l2;
    descent[weight] = -l2 * (weights[weight] as number);
  }
  for (let row = 0; row < labels.length; row++) {
    const probability = 1 / (1 + Math.exp(-marginOf(design, weights, row)));
    const surplus = (labels[row] as number) - probability;
    const bend = probability * (1 - probability);
    const from = row * width;
    for (let one = from; one < from + width; one++) {
      const first = at[one] as number;
      const factor = factors[one] as number;
      descent[first] = (descent[first] as number) + surplus * factor;
      for (let other = from; other <= one; other++) {
        const cell = first * size + (at[other] as number);
        curvature[cell] = (curvature[cell] as number) + bend * factor * (factors[other] as number);
      }
    }
  }
  return { curvature, descent };
}

function lossOf(design: Design, weights: Float64Array, l2: number): number {
  const { labels } = design;
  let loss = 0;
  for (let weight = 1; weight < weights.length; weight++) loss += (l2 / 2) * (weights[weight] as number) ** 2;
  for (let row = 0; row < labels.length; row++) loss += lossOfMargin(marginOf(design, weights, row), labels[row] === 1);
  return loss;
}

function marginOf({ width, at, factors }: Design, weights: Float64Array, row: number): number {
  let margin = 0;
  for (let entry = row * width; entry < (row + 1) * width; entry++) {
    margin += (weights[at[entry] as number] as number) * (factors[entry] as number);
  }
  return margin;
}

/** Mean and standard deviation of the present values; 0 and 1 where there is nothing to scale. */
function spread(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return { mean, deviation: squares === 0 ? 1 : Math.sqrt(squares / count) };
}
