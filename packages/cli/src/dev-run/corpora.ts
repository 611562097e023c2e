/** Where runs are found: a file that is named, or the corpora that come with Tenon. */
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Corpus, findEntry, noSuchEntry, type RecordedEntry, readCorpus } from "@tenon/dev-run";

const SUFFIX = ".runs";

/** Corpora that come with Tenon, by file name. */
export function committedCorpora(): readonly Corpus[] {
  const folder = fileURLToPath(new URL("corpora/", import.meta.resolve("@tenon/dev-run/package.json")));
  const files = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return files.sort().map((name) => readCorpus(resolve(folder, name)));
}

export interface FoundRuns {
  readonly corpus: Corpus;
  /** The one run that was asked for; `undefined`: all of the corpus. */
  readonly entry: RecordedEntry | undefined;
}

/** @param asked a file, or the id of a run in the corpora that come with Tenon. @throws GraphError TENON2000 to TENON2004 */
export function findRuns(asked: string, id: string | undefined, folder: string): FoundRuns {
  const file = resolve(folder, asked);
  if (id !== undefined || asked.endsWith(SUFFIX) || existsSync(file)) {
    const corpus = readCorpus(file);
    return { corpus, entry: id === undefined ? undefined : findEntry(corpus, id) };
  }
  const corpora = committedCorpora();
  for (const corpus of corpora) {
    for (const entry of corpus.entries()) if (entry.recording.requestId === asked) return { corpus, entry };
  }
  throw noSuchEntry({
    message: `there is no file "${file}", and no corpus that comes with Tenon holds a run "${asked}"`,
    detail: `looked in ${corpora.map(({ path }) => path).join(", ")}`,
  });
}
