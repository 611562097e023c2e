/** Makes an entry: runs the graph once, recorded and checked. */
import { GraphError, type NodeOutputs, recordRun } from "@tenon/graph-core";
import type { RecordedEntry } from "../corpus/recorded-entry.ts";
import { digestsOf } from "../replay/digest.ts";
import type { AnyExecutor } from "../replay/graph-facts.ts";

type RecordOptions = Parameters<typeof recordRun>[2];

export interface EntryFacts extends Pick<RecordedEntry, "host" | "recordedAtMs"> {
  /** Names the stratum of a run that has ended. */
  readonly stratumOf: (run: ReturnType<typeof recordRun>["ctx"], answer: NodeOutputs | undefined) => string;
}

export interface MadeEntry {
  readonly entry: RecordedEntry;
  readonly ctx: ReturnType<typeof recordRun>["ctx"];
  /** Respond slots; `undefined` where the run failed. */
  readonly answer: NodeOutputs | undefined;
}

/**
 * Runs the graph on this request and keeps the run, failed or not.
 *
 * @throws GraphError TENON1303, TENON1306 or TENON1152 for a run that cannot be kept
 */
export async function recordEntry(
  executor: AnyExecutor,
  request: NodeOutputs,
  { stratumOf, ...facts }: EntryFacts,
  options: RecordOptions,
): Promise<MadeEntry> {
  const outputs = new Map<number, NodeOutputs>();
  const run = recordRun(executor, request, {
    ...options,
    checked: true,
    onOutputs: (at, given) => outputs.set(at, given),
  });
  let failureCode: string | undefined;
  const answer = await run.response.then(
    (given) => given as NodeOutputs,
    (error: unknown) => {
      failureCode = error instanceof GraphError ? error.code : "unknown";
      return undefined;
    },
  );
  const entry = {
    ...facts,
    recording: run.recording(),
    stratum: stratumOf(run.ctx, answer),
    digests: digestsOf(executor, outputs),
    failureCode,
  };
  return { entry, ctx: run.ctx, answer };
}
