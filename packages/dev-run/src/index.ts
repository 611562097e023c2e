/** Dev runs: record runs of graphs, replay them on any version of the code, edit them. */
export type { CorpusGraph, CorpusHeader } from "./corpus/corpus-format.ts";
export { corpusGraphOf } from "./corpus/corpus-graph.ts";
export { requireCorpusPlace, writeCorpus } from "./corpus/corpus-writer.ts";
export { type Corpus, corpusHash, findEntry, noSuchEntry, readCorpus } from "./corpus/read-corpus.ts";
export type { RecordedEntry } from "./corpus/recorded-entry.ts";
export { DevRunCode } from "./dev-run-error.ts";
export { type EntryFacts, type ExtraRead, type MadeEntry, readAlso, recordEntry } from "./record/record-entry.ts";
export { RECORDER_BOUNDS, type RecorderBounds } from "./record/recorder-bounds.ts";
export { type OfferedRun, type RecorderOptions, RunRecorder } from "./record/run-recorder.ts";
export { type StratifiedRun, stratified } from "./record/stratified.ts";
export { digestOf, digestsOf, type GivenByNodes, nodeDigest } from "./replay/digest.ts";
export { findLeak, firstLeak, type Leak } from "./replay/find-leak.ts";
export type { AnyExecutor } from "./replay/graph-facts.ts";
export { type ReplayEntryOptions, type ReplayedRun, replayEntry } from "./replay/replay-entry.ts";
export {
  type ObservedRun,
  type ReplayManner,
  runRecorded,
  type SlotValue,
  type VersionDifference,
} from "./replay/run-recorded.ts";
export { firstDifference, type ValueDifference } from "./values/first-difference.ts";
export { valueJson } from "./values/value-json.ts";
export { adValue } from "./what-if/ad-value.ts";
export { type AdVerdict, adVerdict } from "./what-if/ad-verdict.ts";
export { type AdEdit, type Edit, editText, type FieldEdit, type SlotEdit } from "./what-if/edit.ts";
export { rerunEdited, runEdited } from "./what-if/edited-run.ts";
export { type Flip, type Knob, minimalFlip } from "./what-if/minimal-flip.ts";
export {
  type ChangedNode,
  openWhatIf,
  WhatIf,
  type WhatIfOptions,
  type WhatIfResult,
  whatIf,
} from "./what-if/what-if.ts";
