/** Pieces of the comment. Every text is escaped by `text` or `code`. */

export function section(title: string, body: string): string {
  return body === "" ? "" : `### ${title}\n\n${body}`;
}

export function folded(title: string, body: string): string {
  return body === "" ? "" : `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[], rowsMax: number): string {
  if (rows.length === 0) return "";
  const lines = [heads, heads.map(() => "---"), ...rows.slice(0, rowsMax)].map((row) => `| ${row.join(" | ")} |`);
  const more = rows.length > rowsMax ? `\n\n… and ${rows.length - rowsMax} more` : "";
  return `${lines.join("\n")}${more}`;
}

export function list(items: readonly string[], max: number): string {
  const shown = items.slice(0, max).map(text).join(", ");
  return items.length > max ? `${shown} and ${items.length - max} more` : shown;
}

/** A recorded value may hold anything: nothing of it is markup. */
export function text(value: string): string {
  return value.replaceAll(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`).replaceAll("\n", " ");
}

export function code(value: string): string {
  return `\`${value.replaceAll("`", "'").replaceAll("|", "\\|").replaceAll("\n", " ")}\``;
}
