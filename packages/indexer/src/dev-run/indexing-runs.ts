/** Keeps some runs of the gateway's, the updater's and the handlers' graphs for dev runs, beside the work. */
import { join } from "node:path";
import { type AnyExecutor, corpusGraphOf, RunRecorder, recordEntry } from "@tenon/dev-run";
import type { HostClock, NodeOutputs } from "@tenon/graph-core";
import type { MetricFamily } from "@tenon/http-host";
import type { EndedRun, OnEndedRun } from "@tenon/stream-runtime";
import type { IndexerSettings } from "../host/indexer-settings.ts";
import { indexingExecutors } from "./indexing-executors.ts";

export class IndexingRuns {
  /** Absent while `recordShare` is 0. */
  readonly onRun: OnEndedRun | undefined;
  readonly #recorder: RunRecorder | undefined;

  constructor(
    { recordShare, recordFolder, workFolder }: IndexerSettings,
    clock: HostClock,
    onTrouble: (what: string, error: Error) => void,
  ) {
    if (recordShare === 0) return;
    const graphs = [...indexingExecutors().values()].map(corpusGraphOf);
    const recorder = new RunRecorder({
      folder: recordFolder ?? join(workFolder, "runs"),
      share: recordShare,
      header: () => ({ name: "indexing", madeBy: "an indexing host", madeAtMs: clock.nowMs(), graphs, bindings: {} }),
      versions: () => "",
      // Five runs a second are less than one batch of work.
      isBusy: () => false,
      onTrouble: (what, error) => onTrouble(what, error as Error),
      clock,
    });
    this.#recorder = recorder;
    this.onRun = (run) => recorder.offer(offeredOf(run, clock));
  }

  families(): readonly MetricFamily[] {
    const counts = Object.entries(this.#recorder?.counts ?? {});
    if (counts.length === 0) return [];
    return [
      {
        name: "tenon_index_recorder_runs_total",
        type: "counter",
        help: "Runs of graphs offered to the recorder, and what became of them.",
        samples: counts.map(([outcome, value]) => ({ labels: { outcome }, value })),
      },
    ];
  }

  /** Writes what there is. */
  async stop(): Promise<void> {
    await this.#recorder?.stop();
  }
}

/**
 * The run is made again for the recording, on the rows it was given: nodes are pure, and what they ask of resources is asked again
 * and kept. Rows of ads hold nothing personal.
 */
function offeredOf({ executor, request, requestId, nowMs, failed }: EndedRun, clock: HostClock) {
  const stratum = `${executor.graphName} ${failed ? "failed" : "live"}`;
  return {
    requestId,
    rare: failed,
    strata: () => [stratum],
    make: () =>
      recordEntry(
        executor as unknown as AnyExecutor,
        request as NodeOutputs,
        { host: "indexer", recordedAtMs: clock.nowMs(), stratumOf: () => stratum },
        { requestId, nowMs },
      ),
  };
}
