/** Judges every variant of every entry at all stages at once: two compilations and two Node processes for all of them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSource, type SourceFinding } from "@tenon/source-rules";
import { type CompilerError, readCompilerOutput } from "../../src/check/compiler-output.ts";
import type { Verdict } from "../support/judge-modules.ts";
import { compile, emptyDirectory, judgeModules } from "../support/workspace.ts";
import { type Entry, readEntries, type Variant } from "./entry.ts";

export interface JudgedVariant {
  readonly entry: Entry;
  readonly variant: Variant;
  /** Stage T: the compiler. */
  readonly compilerErrors: readonly CompilerError[];
  /** Stage T: the rules about node sources. */
  readonly findings: readonly SourceFinding[];
  /** Stages C and R. */
  readonly verdict: Verdict;
}

/** By `name variant`. */
export type JudgedCorpus = ReadonlyMap<string, JudgedVariant>;

const VARIANTS: readonly Variant[] = ["twin", "defect", "untyped"];

export function judgeCorpus(entries: readonly Entry[] = readEntries()): JudgedCorpus {
  return new Map([...judgeProject(entries, false), ...judgeProject(entries, true)]);
}

/** Entries with domain types are compiled apart: there an owner is a team of the owners file. */
function judgeProject(entries: readonly Entry[], domain: boolean): readonly (readonly [string, JudgedVariant])[] {
  const directory = emptyDirectory(domain ? "corpus-domain" : "corpus");
  const written = entries
    .filter((entry) => entry.domain === domain)
    .flatMap((entry) =>
      VARIANTS.flatMap((variant) => {
        const text = entry.text[variant];
        if (text === undefined) return [];
        const file = join(directory, `${entry.name}.${variant}.ts`);
        writeFileSync(file, text);
        return [{ entry, variant, file, text }];
      }),
    );
  const files = written.map(({ file }) => file);
  const errors = readCompilerOutput(compile(directory, files), (file) => join(directory, file));
  const verdicts = judgeModules(files, errors);
  return written.map(({ entry, variant, file, text }, index) => [
    `${entry.name} ${variant}`,
    {
      entry,
      variant,
      compilerErrors: errors.filter((error) => error.file === file),
      findings: checkSource({ file: `nodes/corpus/${entry.name}/${entry.name}.ts`, text, owner: "ads-platform" }),
      verdict: verdicts[index] as Verdict,
    },
  ]);
}
