/** JSON as every command prints it: two spaces, a final newline, so that outputs can be compared line by line. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
