import type { Report, SourceRule } from "../finding.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";

const MODEL_IMPORT = /\bimport\s+(?:type\s+)?\{([^}]*)\}\s*from\s*["'](@tenon\/ads-model[^"']*)["']/g;
const CAST_TARGET = /\bas\s+(?:unknown\s+as\s+)?([A-Za-z_$][\w$]*)/g;

/** A cast makes dollars micros without converting them: the unit in the type is only true when a constructor made it. */
export const brandCast: SourceRule = {
  name: "brand-cast",
  code: "TENON1919",
  arguable: true,
  *find(source): Iterable<Report> {
    const nouns = importedNouns(source);
    for (const erased of source.erased) {
      if (!erased.text.startsWith("as ")) continue;
      for (const match of erased.text.matchAll(CAST_TARGET)) {
        const name = match[1] ?? "";
        if (!nouns.has(name)) continue;
        yield {
          at: erased.start + match.index,
          does: `casts a value to ${name} instead of making one`,
          other: { kind: "resource", name, label: "is checked only by its constructor" },
          detail: {
            expected: `a constructor or conversion of @tenon/ads-model`,
            found: erased.text.split("\n", 1)[0] ?? "",
          },
          hint: "use the noun's constructor or the explicit conversion between units",
        };
      }
    }
  },
};

/** Local names of what the file imports from the domain model; erased type imports are in the text still. */
function importedNouns(source: ParsedSource): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, list = ""] of source.input.text.matchAll(MODEL_IMPORT)) {
    for (const part of list.split(",")) {
      const name = part
        .trim()
        .replace(/^type\s+/, "")
        .split(/\s+as\s+/)
        .at(-1);
      if (name) names.add(name);
    }
  }
  return names;
}
