/**
 * JSON with the names of every record in order: one text for one value, whoever made it and in whatever order. What JSON leaves
 * out (undefined) is left out here.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const record = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of sortedNames(record)) ordered[name] = inOrder(record[name]);
  return ordered;
}

/** By insertion: records have few names, and a call of the built-in sort costs more than moving them. */
function sortedNames(record: object): readonly string[] {
  const names = Object.keys(record);
  for (let next = 1; next < names.length; next++) {
    const name = names[next] as string;
    let at = next;
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}
