/** What can be said of runs, for people who do not know the words yet. */

import { type FilteredRun, runFilter } from "../../data/explain/run-filter.ts";
import { WordList } from "../shell/word-list.tsx";

/** Suggestions that are shown: the words that part the runs most evenly. */
const SUGGESTIONS_MAX = 7;

export function suggestionsOf(
  runs: readonly FilteredRun[],
): readonly { readonly words: string; readonly count: number }[] {
  const words = new Set(
    runs.flatMap(({ facts: { surface, country, objectives, verdict } }) => [
      ...(surface === null ? [] : [`surface:${surface}`]),
      ...(country === null ? [] : [`country:${country}`]),
      ...objectives.map((objective) => `objective:${objective}`),
      `verdict:${verdict}`,
    ]),
  );
  return [...words]
    .map((each) => ({ words: each, count: runs.filter(runFilter(each, 0).means).length }))
    .filter(({ count }) => count < runs.length)
    .toSorted((one, other) => Math.abs(runs.length / 2 - one.count) - Math.abs(runs.length / 2 - other.count))
    .slice(0, SUGGESTIONS_MAX);
}

const WORDS = [
  ["surface:search country:US", "both"],
  ["-country:US", "without them"],
  ["objective:clicks", "an ad with it was shown"],
  ["verdict:empty", "also shown, failed"],
  ["took>20ms shown<3", "also >=, <="],
  ["last:10m", "up to the newest; also after: and before: a time"],
] as const;

export function RunFilterHelp() {
  return (
    <details className="filter-help">
      <summary>All words</summary>
      <WordList className="grid card" words={WORDS} />
    </details>
  );
}
