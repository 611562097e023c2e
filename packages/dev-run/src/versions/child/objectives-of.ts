import { CandidateBatch } from "@tenon/graph-core";
import type { ObservedRun } from "../../replay/run-recorded.ts";

/** Batch of the ads that an answer shows, and its column with what their campaigns want, as the serving graph names them. */
const SHOWN = "placedAds";
const OBJECTIVE = "objective";

/** Ad id → objective of its campaign: answers do not say it, and metrics are told by it. Empty for a run without that batch. */
export function objectivesOf({ values }: Pick<ObservedRun, "values">): Readonly<Record<string, string>> {
  const batch = values.get(SHOWN)?.value;
  if (!(batch instanceof CandidateBatch) || !batch.columnNames.includes(OBJECTIVE)) return {};
  const column = batch.column(OBJECTIVE);
  if (column.type !== "dictionary") return {};
  return Object.fromEntries(
    Array.from({ length: batch.size }, (_, row) => [
      batch.ids.at(row),
      column.dictionary.words[column.codeAt(row)] ?? "",
    ]),
  );
}
