/**
 * Vectors as small integers, with a bound on what that loses.
 *
 * Q1 A stored row is round(63 x / max) + 64 per component, clamped to 1..127, where max is the greatest component of the segment.
 * Q2 A query is round(127 q / max(q)), so -127..127.
 * Q3 With row error e and query error f: |q.x - scale * integer score| <= |q| |e| + |f| |row|. Both norms on the right are known,
 *    so an integer score bounds the exact one, and a scan that keeps everything within twice the bound of the k-th best integer
 *    score has kept the k best (Cauchy-Schwarz).
 */
export const ROW_LEVELS = 63;
export const ROW_OFFSET = 64;
const QUERY_LEVELS = 127;

/** Facts of one set of quantised rows. */
export interface Quantisation {
  /** Value of one step of a row component. */
  readonly scale: number;
  /** Greatest length of the difference between a row and its quantised form. */
  readonly errorMax: number;
  /** Greatest length of a quantised row, in steps. */
  readonly stepsMax: number;
  /** Greatest length of a row. */
  readonly normMax: number;
}

export interface QuantisedQuery {
  /** Value of one step of a component. */
  readonly scale: number;
  readonly bias: number;
  /** Length of the query, of its quantised form in steps, and of the difference. */
  readonly norm: number;
  readonly steps: number;
  readonly error: number;
}

/** The scale for rows whose components are at most `max` in size. */
export function rowScale(max: number): number {
  return max > 0 ? max / ROW_LEVELS : 1;
}

/** One component of a row (Q1): clamped, because an Int8Array would wrap. */
export function quantiseComponent(component: number, scale: number): number {
  const step = Math.round(component / scale);
  return ROW_OFFSET + (step > ROW_LEVELS ? ROW_LEVELS : step < -ROW_LEVELS ? -ROW_LEVELS : step);
}

/** Writes the bytes of a query (Q2) and returns what its scores need. Bytes behind its components become 0. */
export function quantiseQuery(query: ArrayLike<number>, bytes: Int8Array, commonScale?: number): QuantisedQuery {
  let max = 0;
  for (let axis = 0; axis < query.length; axis++) {
    const size = Math.abs(query[axis] as number);
    if (size > max) max = size;
  }
  const scale = commonScale ?? (max > 0 ? max / QUERY_LEVELS : 1);
  const perStep = 1 / scale;
  let sum = 0;
  let steps = 0;
  let norm = 0;
  let error = 0;
  for (let axis = 0; axis < query.length; axis++) {
    const component = query[axis] as number;
    const step = Math.round(component * perStep);
    bytes[axis] = step;
    sum += step;
    steps += step * step;
    norm += component * component;
    const gap = component - step * scale;
    error += gap * gap;
  }
  bytes.fill(0, query.length);
  return { scale, bias: -ROW_OFFSET * sum, norm: Math.sqrt(norm), steps: Math.sqrt(steps), error: Math.sqrt(error) };
}

/** Facts of the query and of one set of rows together. */
export interface ScoreBound {
  /** Exact score of one integer step. */
  readonly unit: number;
  /** Greatest distance of an exact score from `unit` times its integer score (Q3), rounding included. */
  readonly error: number;
  /** Greatest size of an integer score. */
  readonly stepsMax: number;
}

/** Relative rounding of float32 scores and of these bounds themselves, generously. */
const ROUNDING = 2 ** -20;

/** `squares`: squared length of the query where scores are distances, else 0; their rounding grows with it. */
export function scoreBound(rows: Quantisation, query: QuantisedQuery, squares: number): ScoreBound {
  const loss = query.norm * rows.errorMax + query.error * rows.scale * rows.stepsMax;
  const size = query.norm * rows.normMax + squares;
  return {
    unit: rows.scale * query.scale,
    error: loss * (1 + ROUNDING) + size * ROUNDING,
    stepsMax: Math.ceil(query.steps * rows.stepsMax) + 1,
  };
}
