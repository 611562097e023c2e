/** One run of a recording on one executor, with everything that can be seen of it. */
import {
  type BeginOptions,
  GraphError,
  type NodeOutputs,
  REQUEST_END,
  type ReasonLedger,
  type Recording,
  type ReplayOptions,
  replayRun,
  type SlotKey,
  type TraceRecord,
} from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import { type AnyExecutor, featureSchemas } from "./graph-facts.ts";

/** A value as it stood in a slot, and the node that wrote it; `@request` for a request slot. */
export interface SlotValue {
  readonly node: string;
  readonly value: unknown;
}

/** What one run did. Slots that stayed absent are not among the values. */
export interface ObservedRun {
  /** Respond slots; `undefined` where the run failed. */
  readonly answer: NodeOutputs | undefined;
  /** The same, encoded. */
  readonly response: Uint8Array | undefined;
  /** By slot key, request slots first, then in the order the nodes ended. */
  readonly values: ReadonlyMap<SlotKey, SlotValue>;
  /** What each node gave, by node index. */
  readonly outputs: ReadonlyMap<number, NodeOutputs>;
  readonly ledger: ReasonLedger;
  readonly trace: TraceRecord;
  /** Nodes whose failure policy was applied, by node index. */
  readonly degraded: ReadonlySet<number>;
  /** What the run failed with; the first read that the recording does not hold, also where a failure policy hid it. */
  readonly failure: GraphError | undefined;
  /** Reads that the recording does not hold (TENON1304), each with its node, method and resource. */
  readonly misses: readonly GraphError[];
  /** Pinned resources of another version than the recorded one. */
  readonly versions: readonly VersionDifference[];
}

export interface VersionDifference {
  readonly resource: string;
  readonly recorded: string | undefined;
  readonly bound: string | undefined;
}

/** How a recording is run, whatever is done with it. */
export type ReplayManner = Pick<ReplayOptions, "compose" | "deliver" | "versions">;

export interface RunRecordedOptions extends ReplayManner, Pick<ReplayOptions, "override" | "switchedOn"> {
  readonly hooks?: Pick<BeginOptions, "given" | "edit" | "onOutputs">;
}

const MISSING_READ = "TENON1304";

/** Runs a recording once, checked. It settles whatever the run does. @throws GraphError TENON1302, TENON1214 */
export async function runRecorded(
  executor: AnyExecutor,
  recording: Recording,
  { hooks, ...options }: RunRecordedOptions = {},
): Promise<ObservedRun> {
  const schemas = featureSchemas(executor);
  const outputs = new Map<number, NodeOutputs>();
  const misses: GraphError[] = [];
  const { ctx, request, response } = replayRun(executor, recording, {
    ...options,
    schemas,
    hooks: {
      ...hooks,
      onOutputs: (at, given) => {
        outputs.set(at, given);
        hooks?.onOutputs?.(at, given);
      },
      onReplaced: (at, error) => {
        if (isMiss(error)) misses.push(named(executor, at, error));
      },
    },
  });
  let failure: GraphError | undefined;
  const answer = await response.then(
    (given) => given as NodeOutputs,
    (error: unknown) => {
      if (!(error instanceof GraphError)) throw error;
      if (isMiss(error)) misses.push(error);
      failure = error;
      return undefined;
    },
  );
  return {
    answer,
    response: answer && encodeValue(answer),
    values: slotValues(executor, request as NodeOutputs, outputs),
    outputs,
    ledger: ctx.ledger,
    trace: ctx.trace as TraceRecord,
    degraded: new Set(ctx.degraded?.keys()),
    // What fails later mostly fails because of the first miss.
    failure: misses[0] ?? failure,
    misses,
    versions: versionDifferences(executor.versions(ctx), recording.versions),
  };
}

/** Values by slot: the request, then what each node gave, in the order they ended. */
export function slotValues(
  { plan }: AnyExecutor,
  request: NodeOutputs,
  outputs: ReadonlyMap<number, NodeOutputs>,
): ReadonlyMap<SlotKey, SlotValue> {
  const values = new Map<SlotKey, SlotValue>();
  for (const key of plan.wiring.request) values.set(key, { node: REQUEST_END, value: request[key] });
  for (const [at, given] of outputs) {
    const wired = plan.nodes[at]?.wired;
    wired?.writes.forEach((key, position) => {
      const value = given[wired.definition.writes[position]?.name ?? ""];
      values.set(key, { node: wired.name, value });
    });
  }
  return values;
}

function versionDifferences(
  bound: Readonly<Record<string, string>>,
  recorded: Readonly<Record<string, string>>,
): readonly VersionDifference[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(bound)])].sort();
  return names
    .filter((name) => bound[name] !== recorded[name])
    .map((name) => ({ resource: name, recorded: recorded[name], bound: bound[name] }));
}

function isMiss(error: unknown): error is GraphError {
  return error instanceof GraphError && error.code === MISSING_READ;
}

/** A miss that a failure policy hid has not met the boundary that names the node. */
function named({ plan, graphName }: AnyExecutor, at: number, error: GraphError): GraphError {
  const node = plan.nodes[at]?.wired;
  if (error.node !== undefined || node === undefined) return error;
  const { name, definition } = node;
  return new GraphError(`node "${name}" (owner ${definition.owner}): ${error.message.slice(error.code.length + 1)}`, {
    code: error.code,
    category: error.category,
    graph: graphName,
    node: name,
    owner: definition.owner,
    detail: error.detail,
    hint: error.hint ?? "record again on this version",
    cause: error,
  });
}
