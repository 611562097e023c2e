/** Codes that sources mention, and the pages that explain them. */

export const PAGES = "docs/errors";

/** Headings every page has, in order. */
export const PAGE_HEADINGS: readonly string[] = ["## Example", "## What to do"];

const CODE = /TENON[12]\d{3}\b/g;

/** Code → files that mention it. */
export function codesIn(
  files: readonly { readonly path: string; readonly text: string }[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const code of new Set(text.match(CODE) ?? [])) found.set(code, [...(found.get(code) ?? []), path]);
  }
  return found;
}

/** What is wrong with the form of a page, or `undefined`. */
export function pageProblem(code: string, text: string): string | undefined {
  const lines = text.split("\n");
  if (!new RegExp(`^# ${code}: \\S`).test(lines[0] ?? "")) return `the first line is not "# ${code}: <title>"`;
  const headings = lines.filter((line) => line.startsWith("## "));
  const missing = PAGE_HEADINGS.filter((heading) => !headings.includes(heading));
  if (missing.length > 0) return `no heading ${missing.map((heading) => `"${heading}"`).join(", ")}`;
  const meaning = text.slice(0, text.indexOf("\n## ")).split("\n").slice(1).join(" ").trim();
  return meaning.length < 40 ? "no paragraph that says what it means" : undefined;
}
