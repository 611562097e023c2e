/** A value handed to a checked constructor is outside its domain. Category "input": the caller must act. */
export class InvalidValueError extends RangeError {
  override readonly name = "InvalidValueError";
  /** The noun that could not be made, e.g. `BidMicros`. */
  readonly noun: string;
  /** What the noun accepts, in words. */
  readonly expected: string;
  /** What the caller should do. */
  readonly hint: string;

  constructor(problem: { noun: string; expected: string; found: unknown; hint: string }) {
    super(`${problem.noun} expects ${problem.expected}, found ${show(problem.found)}; ${problem.hint}`);
    this.noun = problem.noun;
    this.expected = problem.expected;
    this.hint = problem.hint;
  }
}

/** Longest excerpt of a bad string in a message, in characters: enough to recognise, too short to flood a log. */
const EXCERPT_CHARACTERS_MAX = 60;

function show(value: unknown): string {
  if (typeof value === "string") return `string ${JSON.stringify(value.slice(0, EXCERPT_CHARACTERS_MAX))}`;
  if (typeof value === "bigint") return `bigint ${value}n`;
  if (value === null || value === undefined) return String(value);
  return typeof value === "number"
    ? `number ${Object.is(value, -0) ? "-0" : value}`
    : `a value of type ${typeof value}`;
}
