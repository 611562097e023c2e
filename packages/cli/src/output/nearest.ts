/** Share of letters that may differ in a name that was probably meant. */
const DIFFERENCE_SHARE_MAX = 0.4;

/** `did you mean "x"?` for the nearest of the names, or `undefined` when none is near. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.floor(wrong.length * DIFFERENCE_SHARE_MAX) + 1;
  for (const name of names) {
    const edits = editsBetween(wrong.toLowerCase(), name.toLowerCase());
    if (edits >= fewest) continue;
    fewest = edits;
    best = name;
  }
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** Levenshtein's distance: least number of letters inserted, removed or replaced. */
function editsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (above[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    above = current;
  }
  return above[other.length] as number;
}
