/** What was thrown, in words for a message: bounded, with its causes, and never throwing itself. */

/** Longer messages (a validation report, a query) stay whole in `cause`. */
const CHARACTERS_MAX = 500;
/** A chain of causes is told this far. */
const CAUSES_MAX = 4;

export function messageOf(error: unknown): string {
  const told: string[] = [];
  const seen = new Set<unknown>();
  for (let at = error; told.length < CAUSES_MAX && !seen.has(at); ) {
    seen.add(at);
    const { text, cause } = wordsOf(at);
    // A wrapper often repeats the message of what it wraps.
    if (!told.some((each) => each.includes(text))) told.push(text);
    if (cause === undefined) break;
    at = cause;
  }
  return cutTo(told.join("; caused by: "));
}

function wordsOf(error: unknown): { readonly text: string; readonly cause: unknown } {
  try {
    if (typeof error !== "object" || error === null)
      return { text: `thrown ${typeof error}: ${String(error)}`, cause: undefined };
    const { message, name, code, cause, errors } = error as Readonly<Record<string, unknown>>;
    if (!(error instanceof Error) && typeof message !== "string") {
      return { text: `thrown ${typeof error}: ${String(error)}`, cause: undefined };
    }
    // A failed connection is an AggregateError without a message: its first error says what happened.
    const first = Array.isArray(errors) ? (errors[0] as unknown) : undefined;
    const text = String(message) || [name, code].filter((each) => typeof each === "string").join(" ");
    return { text, cause: cause ?? first };
  } catch {
    return { text: `thrown ${typeof error} that has no text`, cause: undefined };
  }
}

function cutTo(text: string): string {
  return text.length <= CHARACTERS_MAX ? text : `${text.slice(0, CHARACTERS_MAX)}… (${text.length} characters)`;
}
