/** What catches each entry, with which words, and whom it names: a row per entry in golden/expectations.json. */
import { readFileSync, writeFileSync } from "node:fs";

/** Stages, earliest first: type checker and source rules, graph checks, continuous integration. */
export type Stage = "T" | "C" | "I";

/** What is said of a defect. Lines are given where they are not the one in which twin and defect differ. */
export interface Told {
  readonly code: string;
  readonly words: string;
  readonly line?: number;
}

export interface Expectation {
  /** The latest stage at which the defect may be caught. */
  readonly deadline: Stage;
  /** Errors of the compiler: all of them, exactly. */
  readonly compiler?: readonly Told[];
  /** Codes of the source rules. */
  readonly source?: readonly string[];
  /** The one diagnostic that names both sides, of the graph check or a compiler error explained; parties as `kind name owner`. */
  readonly told?: Told & { readonly parties: readonly string[] };
  /** What stops the defect when it hides from the type checker. */
  readonly backstop?: { readonly code: string; readonly node?: string };
}

const golden = new URL("./golden/expectations.json", import.meta.url);

export const expectations = JSON.parse(readFileSync(golden, "utf8")) as Readonly<Record<string, Expectation>>;

/** Rewrites the rows, for a change of words: deadlines stay as they are, new entries are due at the graph check. */
export function writeExpectations(seen: Readonly<Record<string, Omit<Expectation, "deadline">>>): void {
  const rows = Object.entries(seen).map(([name, row]) => [
    name,
    { deadline: expectations[name]?.deadline ?? "C", ...row },
  ]);
  writeFileSync(golden, `${JSON.stringify(Object.fromEntries(rows), undefined, 2)}\n`);
}
