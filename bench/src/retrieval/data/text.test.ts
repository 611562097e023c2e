import { expect, test } from "vitest";
import { sentenceVectors } from "./text.ts";

const SENTENCES = ["the cat sat on the mat", "the dog sat on the mat", "prices of shares rose sharply today"].map(
  (text) => ({
    words: text.split(" "),
    genre: 0,
  }),
);

test("equal sentences and seeds give equal vectors of unit length", () => {
  const vectors = sentenceVectors(SENTENCES, 3);
  expect(sentenceVectors(SENTENCES, 3)).toEqual(vectors);
  expect(sentenceVectors(SENTENCES, 4)).not.toEqual(vectors);
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
});

test("every word of a sentence counts, the first as well", () => {
  const [cat, dog] = sentenceVectors(SENTENCES, 3) as [Float32Array, Float32Array];
  expect(cat).not.toEqual(dog);
});

test("sentences that share words are nearer than those that do not", () => {
  const [cat, dog, shares] = sentenceVectors(SENTENCES, 3) as [Float32Array, Float32Array, Float32Array];
  const product = (one: Float32Array, other: Float32Array) =>
    one.reduce((sum, value, axis) => sum + value * (other[axis] as number), 0);
  expect(product(cat, dog)).toBeGreaterThan(product(cat, shares) + 0.3);
});
