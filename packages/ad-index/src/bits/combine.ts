/** Sets of one size combined word by word. */

/** target := target ∪ other */
export function uniteWords(target: Int32Array, other: Int32Array): void {
  for (let word = 0; word < other.length; word++) target[word] = (target[word] as number) | (other[word] as number);
}

/** target := target \ other */
export function subtractWords(target: Int32Array, other: Int32Array): void {
  for (let word = 0; word < other.length; word++) target[word] = (target[word] as number) & ~(other[word] as number);
}

/**
 * target := the intersection of all sets. `sets`: one or more.
 * Several sets a pass: a pass per set would load and store the target each time.
 */
export function intersectSets(target: Int32Array, sets: readonly Int32Array[]): void {
  const last = sets.length - 1;
  // Where there are fewer sets the last one again, which changes nothing.
  const at = (place: number) => sets[Math.min(place, last)] as Int32Array;
  intersectFour(target, at(0), at(1), at(2), at(3));
  for (let place = 4; place <= last; place += 2) intersectTwoMore(target, at(place), at(place + 1));
}

type Words = Int32Array;

// biome-ignore lint/complexity/useMaxParams: an array of operands would be read in every round of the innermost loop.
function intersectFour(target: Words, a: Words, b: Words, c: Words, d: Words): void {
  for (let word = 0; word < target.length; word++) {
    target[word] = (a[word] as number) & (b[word] as number) & (c[word] as number) & (d[word] as number);
  }
}

function intersectTwoMore(target: Words, a: Words, b: Words): void {
  for (let word = 0; word < target.length; word++) {
    target[word] = (target[word] as number) & (a[word] as number) & (b[word] as number);
  }
}
