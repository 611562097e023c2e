/**
 * A text's vector: the weighted mean of its words' vectors, scaled to length 1.
 * Weights are smooth inverse frequencies, a / (a + p(word)), after Arora, Liang, Ma, "A simple but tough-to-beat baseline for
 * sentence embeddings", ICLR 2017; p follows Zipf's law from the word's rank, since the source gives ranks and no counts.
 */

/** Word vectors as a matrix, and how to find a word's row. */
export interface WordVectors {
  readonly dimensions: number;
  /** Rows of length 1. */
  readonly vectors: Float32Array;
  readonly weights: Float32Array;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The paper's a; it finds 1e-3 to 1e-4 best. */
const SMOOTHING = 1e-3;
/** Zipf: p(rank) = 1 / (harmonic × (rank + offset)); the harmonic number of the source's 341,479 words. */
const HARMONIC = 13.3;
/** Mandelbrot's offset for English. */
const RANK_OFFSET = 2.7;

/** Weight of the word at `rank` (0 is the most frequent) within a text; rare words weigh nearly 1, "the" 0.03. */
export function wordWeight(rank: number): number {
  return SMOOTHING / (SMOOTHING + 1 / (HARMONIC * (rank + RANK_OFFSET)));
}

/** Adds `scale` × weight × vector of each known word to `sum`, and returns how many words were known. */
export function addWords(sum: Float32Array, source: WordVectors, words: Iterable<string>, scale: number): number {
  let known = 0;
  for (const word of words) {
    const row = source.rowOf.get(word);
    if (row === undefined) continue;
    known++;
    addScaled(sum, source.vectors, row, scale * (source.weights[row] ?? 0));
  }
  return known;
}

/** Adds `scale` × row `row` of `matrix` to `sum`; the row is as wide as `sum`. */
export function addScaled(sum: Float32Array, matrix: Float32Array, row: number, scale: number): void {
  const start = row * sum.length;
  for (let axis = 0; axis < sum.length; axis++) sum[axis] = (sum[axis] ?? 0) + scale * (matrix[start + axis] ?? 0);
}

/** Scales `vector` to length 1 in place; the zero vector (no word was known) stays zero, and its cosine with anything is 0. */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const component of vector) squares += component * component;
  if (squares === 0) return vector;
  const scale = 1 / Math.sqrt(squares);
  for (let axis = 0; axis < vector.length; axis++) vector[axis] = (vector[axis] ?? 0) * scale;
  return vector;
}

/** Dot product of two vectors of one length; their cosine when both are of length 1 or 0. */
export function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let axis = 0; axis < left.length; axis++) sum += (left[axis] ?? 0) * (right[axis] ?? 0);
  return sum;
}

/** Vector of length 1, or all zero when no word is known. */
export function embedWords(source: WordVectors, words: Iterable<string>): Float32Array {
  const sum = new Float32Array(source.dimensions);
  addWords(sum, source, words, 1);
  return normalise(sum);
}
