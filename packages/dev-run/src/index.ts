/** Dev runs: record runs of graphs, replay them on any version of the code, edit them. */
export type { CorpusGraph, CorpusHeader } from "./corpus/corpus-format.ts";
export { corpusGraphOf } from "./corpus/corpus-graph.ts";
export { CorpusWriter } from "./corpus/corpus-writer.ts";
export { type Corpus, corpusHash, findEntry, readCorpus } from "./corpus/read-corpus.ts";
export type { RecordedEntry } from "./corpus/recorded-entry.ts";
export { DevRunCode } from "./dev-run-error.ts";
export { type EntryFacts, type MadeEntry, recordEntry } from "./record/record-entry.ts";
export { digestOf, digestsOf } from "./replay/digest.ts";
export type { AnyExecutor } from "./replay/graph-facts.ts";
export { type ReplayEntryOptions, type ReplayedRun, replayEntry } from "./replay/replay-entry.ts";
export type { ObservedRun, SlotValue, VersionDifference } from "./replay/run-recorded.ts";
export type { ReplayHost } from "./versions/replay-host.ts";
