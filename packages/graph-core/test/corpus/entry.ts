/**
 * An entry of the corpus is one source file: the twin, as it stands. A line `// defect: …` above a line holds what that
 * line is in the defect, and `// untyped: …` what it is when the defect hides from the type checker behind `any`. So
 * twin and variants come from one source and differ in a single line.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { repositoryRoot } from "../support/workspace.ts";

export type Variant = "twin" | "defect" | "untyped";

export interface Entry {
  /** File name without `.ts`: `m01-input-field-assigned`. */
  readonly name: string;
  /** `M01`. */
  readonly number: string;
  /** In a package that sees the owners file, so that its types are checked apart from the others. */
  readonly domain: boolean;
  readonly text: Readonly<Partial<Record<Variant, string>>>;
  /** Line, from 1, in which the variants differ. */
  readonly line: number;
}

const MARKER = /^(\s*)\/\/ (defect|untyped): (.*)$/;

/** Entries about the runtime stand here; those that need domain types stand with the domain model. */
const FOLDERS = [
  { path: "packages/graph-core/test/corpus/entries", domain: false },
  { path: "packages/ads-model/test/corpus", domain: true },
];

/** All entries, by number. */
export function readEntries(): readonly Entry[] {
  const entries = FOLDERS.flatMap(({ path, domain }) => {
    const folder = join(repositoryRoot, path);
    return readdirSync(folder).map((file) =>
      entryOf(basename(file, ".ts"), readFileSync(join(folder, file), "utf8"), domain),
    );
  });
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function entryOf(name: string, source: string, domain: boolean): Entry {
  const lines = source.split("\n");
  const markers = lines.flatMap((line, index) => {
    const [, indent, variant, text] = MARKER.exec(line) ?? [];
    return variant === undefined ? [] : [{ index, variant: variant as Variant, text: `${indent}${text}` }];
  });
  const last = markers.at(-1);
  if (last === undefined) throw new Error(`corpus entry ${name} has no line "// defect: …"`);
  const switched = last.index + 1;
  // Markers become empty lines, so that a place in any variant is a place in the entry's file.
  const bare = lines.map((line) => (MARKER.test(line) ? "" : line));
  const text: Partial<Record<Variant, string>> = { twin: bare.join("\n") };
  for (const marker of markers) text[marker.variant] = bare.with(switched, marker.text).join("\n");
  return { name, number: name.slice(0, name.indexOf("-")).toUpperCase(), domain, text, line: switched + 1 };
}

/** Lines, from 1, in which two texts differ. */
export function differingLines(one: string, other: string): readonly number[] {
  const left = one.split("\n");
  const right = other.split("\n");
  const count = Math.max(left.length, right.length);
  return Array.from({ length: count }, (_, index) => index + 1).filter((line) => left[line - 1] !== right[line - 1]);
}
