import type { CorpusHeader } from "../corpus/corpus-format.ts";
import type { RecordedEntry } from "../corpus/recorded-entry.ts";
import type { AnyExecutor } from "../replay/graph-facts.ts";
import type { ReplayManner } from "../replay/run-recorded.ts";
import type { IndexingAnswer } from "./protocol.ts";

/**
 * What a package offers whose graphs can be replayed: `replayHost`, exported by its `src/dev-run/replay-host.ts`. The
 * child of a version looks for these files in its own checkout, so it knows no package by name.
 */
export interface ReplayHost {
  readonly graphs: readonly string[];
  /** Binds models and policies of this version; reads come from the recordings. Asked once per graph and corpus. */
  readonly executorOf: (graph: string, header: CorpusHeader) => AnyExecutor | Promise<AnyExecutor>;
  /** Answers reads that were not recorded from those that were, row by row. */
  readonly compose?: ReplayManner["compose"];
  /** For graphs that make an index: brings the recorded changes to them, and compares with a base. */
  readonly converge?: (header: CorpusHeader, entries: readonly RecordedEntry[]) => Promise<IndexingAnswer>;
}
