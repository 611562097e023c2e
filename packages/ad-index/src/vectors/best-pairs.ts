/**
 * The best `limit` of a stream of (score, id) pairs, in the total order of retrieval: score descending, then id ascending.
 *
 * Pairs gather in a buffer of twice the limit; when it is full, the better half is selected and the worst of it becomes the
 * threshold below which nothing is looked at again. That costs amortised O(1) per pair, where a heap costs O(log limit).
 * Source of the selection: Hoare, Algorithm 65 (Find), CACM 1961, with a median of three as pivot.
 */

/** Below this many pairs sorting by insertion is faster than partitioning. */
const INSERTION_PAIRS_MAX = 12;
/** Least buffer, so that small limits do not select all the time. */
const BUFFER_PAIRS_MIN = 64;

/** Pairs, best first. */
export interface RankedPairs {
  readonly ids: Float64Array;
  readonly scores: Float32Array;
}

export class BestPairs {
  /** No pair with a lower score can be among the best any more. Scores equal to it may be, by their id. */
  threshold = Number.NEGATIVE_INFINITY;
  private count = 0;
  private readonly limit: number;
  private readonly scores: Float32Array;
  private readonly ids: Float64Array;

  /** `limit`: pairs wanted, 0 or more. */
  constructor(limit: number) {
    const capacity = limit === 0 ? 0 : Math.max(2 * limit, BUFFER_PAIRS_MIN);
    this.limit = limit;
    this.scores = new Float32Array(capacity);
    this.ids = new Float64Array(capacity);
    if (limit === 0) this.threshold = Number.POSITIVE_INFINITY;
  }

  /** Forgets everything offered. */
  clear(): void {
    this.count = 0;
    this.threshold = this.limit === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** `score`: finite and exactly a float32, so that the order decided here is the order of the returned column. */
  offer(score: number, id: number): void {
    if (score < this.threshold || this.limit === 0) return;
    if (this.count === this.scores.length) {
      this.keepBest();
      if (score < this.threshold) return;
    }
    this.scores[this.count] = score;
    this.ids[this.count] = id;
    this.count++;
  }

  /** Brings the threshold up to what was offered so far, which is otherwise done now and then. */
  tighten(): void {
    if (this.count >= this.limit && this.limit > 0) this.keepBest();
  }

  /** The best pairs offered, best first; at most `limit`. Views that further offers overwrite. */
  ranked(): RankedPairs {
    if (this.count > this.limit) this.keepBest();
    sortPairs(this.scores, this.ids, 0, this.count - 1);
    return { ids: this.ids.subarray(0, this.count), scores: this.scores.subarray(0, this.count) };
  }

  private keepBest(): void {
    selectBest(this.scores, this.ids, this.count, this.limit);
    this.count = this.limit;
    this.threshold = this.scores[this.limit - 1] as number;
  }
}

/** Reorders the first `count` pairs so that the best `limit` come first and the worst of those stands at `limit - 1`. */
function selectBest(scores: Float32Array, ids: Float64Array, count: number, limit: number): void {
  let low = 0;
  let high = count - 1;
  const wanted = limit - 1;
  while (low < high) {
    const boundary = partition(scores, ids, low, high);
    if (wanted <= boundary) high = boundary;
    else low = boundary + 1;
  }
}

function sortPairs(scores: Float32Array, ids: Float64Array, from: number, to: number): void {
  let low = from;
  let high = to;
  // Recursing into the smaller side only bounds the depth by log2 of the pairs.
  while (high - low >= INSERTION_PAIRS_MAX) {
    const boundary = partition(scores, ids, low, high);
    if (boundary - low < high - boundary) {
      sortPairs(scores, ids, low, boundary);
      low = boundary + 1;
    } else {
      sortPairs(scores, ids, boundary + 1, high);
      high = boundary;
    }
  }
  sortByInsertion(scores, ids, low, high);
}

function sortByInsertion(scores: Float32Array, ids: Float64Array, low: number, high: number): void {
  for (let next = low + 1; next <= high; next++) {
    const score = scores[next] as number;
    const id = ids[next] as number;
    let place = next - 1;
    while (place >= low && isBetter(score, id, scores[place] as number, ids[place] as number)) {
      scores[place + 1] = scores[place] as number;
      ids[place + 1] = ids[place] as number;
      place--;
    }
    scores[place + 1] = score;
    ids[place + 1] = id;
  }
}

/** Splits `low … high` (at least two pairs): afterwards every pair up to the returned index is better than every pair after it. */
function partition(scores: Float32Array, ids: Float64Array, low: number, high: number): number {
  const middle = (low + high) >>> 1;
  order(scores, ids, low, middle);
  order(scores, ids, middle, high);
  order(scores, ids, low, middle);
  const pivotScore = scores[middle] as number;
  const pivotId = ids[middle] as number;
  let left = low - 1;
  let right = high + 1;
  for (;;) {
    do left++;
    while (isBetter(scores[left] as number, ids[left] as number, pivotScore, pivotId));
    do right--;
    while (isBetter(pivotScore, pivotId, scores[right] as number, ids[right] as number));
    if (left >= right) return right;
    swap(scores, ids, left, right);
  }
}

function order(scores: Float32Array, ids: Float64Array, first: number, second: number): void {
  if (isBetter(scores[second] as number, ids[second] as number, scores[first] as number, ids[first] as number)) {
    swap(scores, ids, first, second);
  }
}

function swap(scores: Float32Array, ids: Float64Array, first: number, second: number): void {
  const score = scores[first] as number;
  scores[first] = scores[second] as number;
  scores[second] = score;
  const id = ids[first] as number;
  ids[first] = ids[second] as number;
  ids[second] = id;
}

function isBetter(score: number, id: number, otherScore: number, otherId: number): boolean {
  return score > otherScore || (score === otherScore && id < otherId);
}
