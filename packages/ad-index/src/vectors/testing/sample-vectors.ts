/** Vectors for tests and measurements: clustered, as embeddings of ads are, and drawn from a seed. */
import { randomOf } from "../segment/k-means.ts";

export interface SampleSpace {
  readonly dimensions: number;
  readonly clusters: number;
  readonly seed: number;
}

/** Draws vectors of unit length around cluster centers whose sizes fall like 1 / rank. */
export function sampleVectors(space: SampleSpace): (count: number) => Float32Array {
  const { dimensions, clusters, seed } = space;
  const next = randomOf(seed);
  // Sum of uniforms: close enough to a normal distribution, and the same on every machine.
  const normal = () => (next() + next() + next() + next() - 2) * Math.sqrt(3);
  const centers = Array.from({ length: clusters }, () => Array.from({ length: dimensions }, normal));
  const total = centers.reduce((sum, _, rank) => sum + 1 / (rank + 3), 0);
  const pick = () => {
    const drawn = next() * total;
    let passed = 0;
    for (const [rank, center] of centers.entries()) {
      passed += 1 / (rank + 3);
      if (passed > drawn) return center;
    }
    return centers[0] as number[];
  };
  return (count) => {
    const vectors = new Float32Array(count * dimensions);
    for (let row = 0; row < count; row++) {
      const vector = pick().map((component) => component + 0.6 * normal());
      const length = Math.hypot(...vector);
      vector.forEach((component, axis) => {
        vectors[row * dimensions + axis] = component / length;
      });
    }
    return vectors;
  };
}
