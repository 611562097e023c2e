/** Seeded labels with a known truth, for tests of calibration and training. */
import { seededRandom } from "../src/train/seeded-random.ts";

export const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

/** Draws a label per margin: 1 with probability `sigmoid(margin)`. */
export function drawLabels(margins: ArrayLike<number>, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from(margins, (margin) => Number(random() < sigmoid(margin)));
}

/** Normal numbers, by the Box-Muller transform. */
export function normals(
  count: number,
  { mean, deviation, seed }: { mean: number; deviation: number; seed: number },
): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * random());
  });
}
