/** Makes an entry: runs the graph once, recorded and checked. */
import { hash } from "node:crypto";
import {
  type AskedRead,
  GraphError,
  type NodeOutputs,
  type RecordedRead,
  type Recording,
  type RunContext,
  recordRun,
  type SlotKey,
} from "@tenon/graph-core";
import { encodeValue, readKey } from "@tenon/graph-core/internal";
import type { RecordedEntry } from "../corpus/recorded-entry.ts";
import { digestsOf } from "../replay/digest.ts";
import type { AnyExecutor } from "../replay/graph-facts.ts";
import { type SlotValue, slotValues } from "../replay/run-recorded.ts";

type RecordOptions = Parameters<typeof recordRun>[2];

/** A read made for the recording alone, after the run: what a changed run may ask instead. */
export type ExtraRead = AskedRead;

export interface EntryFacts extends Pick<RecordedEntry, "host" | "recordedAtMs"> {
  /** Names the stratum of a run that has ended. */
  readonly stratumOf: (run: RunContext, answer: NodeOutputs | undefined) => string;
  /** Reads to add, from what the nodes gave, by slot key. None of a run that failed. */
  readonly alsoRead?: (values: ReadonlyMap<SlotKey, SlotValue>) => readonly ExtraRead[];
}

export interface MadeEntry {
  readonly entry: RecordedEntry;
  readonly ctx: RunContext;
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
  { stratumOf, alsoRead, ...facts }: EntryFacts,
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
  const { response, ...recording } = run.recording();
  const values = slotValues(executor, request, outputs);
  const extra = answer === undefined ? [] : (alsoRead?.(values) ?? []);
  const extraReads = await Promise.all(extra.map((read) => readOnce(run.ctx, read)));
  const entry = {
    ...facts,
    recording: { ...recording, reads: [...recording.reads, ...extraReads], response: undefined },
    responseDigest: response && hash("sha256", response),
    stratum: stratumOf(run.ctx, answer),
    digests: digestsOf(executor, { outputs, ledger: run.ctx.ledger }),
    failureCode,
  };
  return { entry, ctx: run.ctx, answer };
}

/** The recording with reads added that are made now, against what the executor is bound to. */
export async function readAlso(
  executor: AnyExecutor,
  recording: Recording,
  reads: readonly ExtraRead[],
): Promise<Recording> {
  const ctx = executor.begin({ requestId: recording.requestId, nowMs: recording.nowMs, checked: false });
  const added = await Promise.all(reads.map((read) => readOnce(ctx, read)));
  return { ...recording, reads: [...recording.reads, ...added] };
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Asks a resource as the run saw it. Its recorder has ended: what is read here is kept here. */
async function readOnce({ uses }: RunContext, { resource, method, args }: ExtraRead): Promise<RecordedRead> {
  const { argumentDigest } = readKey(resource, method, args);
  const answer = ((uses[resource] as Methods)[method] as Methods[string])(...args);
  const result = encodeValue(await answer);
  return { resource, method, argumentDigest, async: answer instanceof Promise, result, stable: true };
}
