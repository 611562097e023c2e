/** Text tables for people; tools read `--json`. */

export interface TableColumn {
  readonly title: string;
  /** Numbers line up at their last digit. */
  readonly align?: "left" | "right";
  /** Longer texts are cut, with an ellipsis. */
  readonly widthMax?: number;
}

export interface TableOptions {
  /** Put before every line. */
  readonly indent?: string;
  /** Dresses the line of titles, after widths are known. */
  readonly head?: (line: string) => string;
}

const GAP = "  ";
/** Characters that take two cells: East Asian wide forms and pictographs (Unicode Standard Annex 11, its wide ranges). */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u;
const ZERO = /\p{Mark}|\u200D|\uFE0F/u;

/** Lines of a table with its titles, columns as wide as their widest cell, no spaces at the ends. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { indent = "", head = (line) => line }: TableOptions = {},
): readonly string[] {
  const cells = rows.map((row) => columns.map(({ widthMax }, at) => cut(row[at] ?? "", widthMax)));
  const widths = columns.map(({ title }, at) =>
    Math.max(cellsOf(title), ...cells.map((row) => cellsOf(row[at] ?? ""))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.align ?? "left"))
      .join(GAP)
      .trimEnd();
  return [head(line(columns.map(({ title }) => title))), ...cells.map(line)].map((text) => indent + text);
}

/** Cells that a text takes in a terminal. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return cells;
}

function cut(text: string, widthMax = Number.POSITIVE_INFINITY): string {
  const plain = text.replaceAll(/\p{Control}/gu, " ");
  if (cellsOf(plain) <= widthMax) return plain;
  let kept = "";
  for (const character of plain) {
    if (cellsOf(kept + character) > widthMax - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - cellsOf(text)));
  return align === "left" ? text + space : space + text;
}
