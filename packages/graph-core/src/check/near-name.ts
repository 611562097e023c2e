/** Names compared at most for one suggestion, so that many mistakes in a large graph stay linear. */
const COMPARED_MAX = 500;
/** Longer names are compared by their beginning. */
const LENGTH_MAX = 40;

/**
 * The name that was probably meant: the nearest by edits (insert, remove, replace, swap neighbours), if at most four
 * tenths of the letters differ; ties go to the first. `undefined` when none is near.
 */
export function nearName(wrong: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let leastEdits = Math.floor(wrong.length * 0.4) + 1;
  let compared = 0;
  for (const name of names) {
    compared += 1;
    if (compared > COMPARED_MAX) break;
    if (name === wrong || Math.abs(name.length - wrong.length) > leastEdits) continue;
    const edits = editsBetween(wrong.toLowerCase().slice(0, LENGTH_MAX), name.toLowerCase().slice(0, LENGTH_MAX));
    if (edits < leastEdits) {
      leastEdits = edits;
      nearest = name;
    }
  }
  return nearest;
}

/** `did you mean "x"? `, with the space, or nothing. */
export function didYouMean(wrong: string, names: Iterable<string>): string {
  const near = nearName(wrong, names);
  return near === undefined ? "" : `did you mean "${near}"? `;
}

/** Edits between two words where swapping neighbours is one edit (optimal string alignment distance). */
function editsBetween(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let edits = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) edits = Math.min(edits, (beforeLast[column - 2] as number) + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] as number;
}
