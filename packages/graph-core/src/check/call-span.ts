import type { Place } from "../contract/place.ts";

/** Offset of a place in a text; the end of the text for a place behind it. */
export function offsetOf(text: string, place: Pick<Place, "line" | "column">): number {
  let start = 0;
  for (let line = 1; line < place.line; line += 1) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return start + place.column - 1;
}

/**
 * Offset behind the closing parenthesis of the call that begins at `start`. Strings, templates and comments are skipped;
 * a text that does not close the call ends it.
 */
export function endOfCall(text: string, start: number): number {
  const open = text.indexOf("(", start);
  if (open < 0) return text.length;
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] as string;
    const skipped = skip(text, at);
    if (skipped > at) at = skipped - 1;
    else if (character === "(") depth += 1;
    else if (character === ")") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** Offset behind a string, template or comment that begins at `at`; `at` where none does. */
function skip(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === "//") return endOr(text, text.indexOf("\n", at));
  if (two === "/*") return endOr(text, text.indexOf("*/", at + 2) + 2);
  const quote = text[at];
  if (quote !== '"' && quote !== "'" && quote !== "`") return at;
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] === "\\") next += 1;
    else if (text[next] === quote) return next + 1;
    else if (text[next] === "\n" && quote !== "`") return next;
  }
  return text.length;
}

function endOr(text: string, end: number): number {
  return end < 2 ? text.length : end;
}
