/**
 * Uniform numbers in [0, 1) that a seed decides, for sampling rows in training.
 * Source: the 32-bit mixer "splitmix32" (Steele, Lea and Flood 2014, with the constants of Wellons' triple32).
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}
