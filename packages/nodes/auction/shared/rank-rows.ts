/** The one order of candidates: score descending, then id ascending. Nothing here depends on the order of the rows. */
import type { IdColumn } from "@tenon/graph-core";

export interface ScoredRows {
  /** Finite, one per row. */
  readonly scores: ArrayLike<number>;
  readonly ids: IdColumn;
}

/** Every row, best first. */
export function rankRows({ scores, ids }: ScoredRows): Int32Array {
  const rows = new Int32Array(ids.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  return rows.sort(
    (left, right) => (scores[right] as number) - (scores[left] as number) || ids.at(left) - ids.at(right),
  );
}

export interface TopRows {
  /** 1 for each row that is among the best, 0 for the others. */
  readonly isTop: Uint8Array;
  /** Score of the last of the best; `undefined` when there are none. */
  readonly leastScore: number | undefined;
}

/**
 * The best `count` rows, or all there are. Sorts numbers without a comparison function, which is many times faster than
 * ranking thousands of rows to keep some hundreds.
 */
export function topRows({ scores, ids }: ScoredRows, count: number): TopRows {
  const isTop = new Uint8Array(ids.length);
  if (count <= 0 || ids.length === 0) return { isTop, leastScore: undefined };
  const sorted = new Float64Array(scores).sort();
  const leastScore = sorted[Math.max(0, sorted.length - count)] as number;
  const tied: number[] = [];
  let room = count;
  for (let row = 0; row < ids.length; row++) {
    const score = scores[row] as number;
    if (score > leastScore) {
      isTop[row] = 1;
      room--;
    } else if (score === leastScore) tied.push(row);
  }
  tied.sort((left, right) => ids.at(left) - ids.at(right));
  for (const row of tied.slice(0, room)) isTop[row] = 1;
  return { isTop, leastScore };
}
