/**
 * Postgres array literals, written here because a batch binds tens of thousands of values: one text per column is half the
 * work of the driver's general form.
 */

export function numbersText(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? "null").join(",")}}`;
}

export function textsText(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? "null" : quoted(value))).join(",")}}`;
}

export function bytesText(values: readonly Uint8Array[]): string {
  return `{${values.map((value) => `"\\\\x${hexOf(value)}"`).join(",")}}`;
}

const ESCAPED = /["\\]/;
const ESCAPED_ALL = /["\\]/g;

function quoted(text: string): string {
  return ESCAPED.test(text) ? `"${text.replaceAll(ESCAPED_ALL, "\\$&")}"` : `"${text}"`;
}

function hexOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}
