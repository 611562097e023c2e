/** Longest excerpt of a value in a reason, in characters. */
const EXCERPT_CHARACTERS_MAX = 60;

/** A value as a reason names it. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > EXCERPT_CHARACTERS_MAX ? `${text.slice(0, EXCERPT_CHARACTERS_MAX)}…` : text;
}
