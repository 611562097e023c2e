import { existsSync, globSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { cliError } from "../../cli-error.ts";

/** The corpora that the repository keeps. */
const CORPORA_FOLDER = "packages/dev-run/corpora";

/** Corpus files as they were named, else all that the project keeps; absolute. @throws GraphError TENON1709 for none */
export function corporaOf(root: string, named: readonly string[] | undefined, folder: string): readonly string[] {
  const paths = named?.map((path) => resolve(folder, path)) ?? globSync(join(root, CORPORA_FOLDER, "*.runs")).sort();
  const missing = paths.find((path) => !existsSync(path));
  if (paths.length > 0 && missing === undefined) return paths;
  throw cliError("missingProgram", {
    message: missing === undefined ? "there is no corpus of recorded runs" : `there is no corpus "${missing}"`,
    detail:
      missing === undefined ? `looked for ${relative(folder, join(root, CORPORA_FOLDER)) || "."}/*.runs` : undefined,
    hint: "name one with --corpus FILE; `tenon record` makes one",
  });
}
