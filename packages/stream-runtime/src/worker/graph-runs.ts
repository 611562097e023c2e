/** Runs a task's graph for the events of a batch: records of one key in order, keys beside each other. */

import type { LogRecord } from "@tenon/event-log/api";
import {
  type Binding,
  compileGraph,
  createExecutor,
  type Executor,
  GraphError,
  type HostClock,
} from "@tenon/graph-core";
import type { EndedRun, OnEndedRun } from "../observe/ended-run.ts";
import type { Task } from "../task/task.ts";
import type { StateCache } from "./state-cache.ts";

/** One event on its way through the graph. */
export interface EventRun {
  readonly record: LogRecord;
  readonly key: string;
  readonly event: unknown;
  response: Readonly<Record<string, unknown>> | undefined;
  error: unknown;
}

export interface GraphRunOptions {
  readonly resources: Readonly<Record<string, Binding>>;
  readonly clock: HostClock;
  /** Share of runs that are fully checked; 1 in development. */
  readonly checkedShare: number;
  /** Keys whose runs may be out at once, per partition. */
  readonly keysMax: number;
  readonly onRun?: OnEndedRun | undefined;
}

export class GraphRuns {
  readonly #task: Task;
  readonly #executor: Executor<never, unknown>;
  readonly #keysMax: number;
  readonly #isAsync: boolean;
  readonly #onRun: OnEndedRun | undefined;

  constructor(task: Task, { resources, clock, checkedShare, keysMax, onRun }: GraphRunOptions) {
    const plan = compileGraph(task.graph);
    this.#task = task;
    this.#executor = createExecutor(plan, { resources: resources as never, clock, checkedShare });
    this.#keysMax = keysMax;
    this.#isAsync = plan.isAsync;
    this.#onRun = onRun;
  }

  /** Fills in the response or the error of each run. Answers at once for a graph of sync nodes. */
  run(runs: readonly EventRun[], state: StateCache | undefined): void | Promise<void> {
    if (this.#isAsync) return this.#runByKey(runs, state);
    for (const run of runs) {
      try {
        this.#settle(run, state, this.#execute(run, state) as Readonly<Record<string, unknown>>);
      } catch (error) {
        run.error = error;
      }
    }
  }

  /** Each key is a chain; `keysMax` chains are worked on beside each other. */
  async #runByKey(runs: readonly EventRun[], state: StateCache | undefined): Promise<void> {
    const chains = new Map<string, EventRun[]>();
    for (const run of runs) {
      const chain = chains.get(run.key);
      if (chain === undefined) chains.set(run.key, [run]);
      else chain.push(run);
    }
    const waiting = chains.values();
    const workThrough = async () => {
      for (const chain of waiting) for (const run of chain) await this.#runOne(run, state);
    };
    await Promise.all(Array.from({ length: Math.min(this.#keysMax, chains.size) }, workThrough));
  }

  async #runOne(run: EventRun, state: StateCache | undefined): Promise<void> {
    try {
      this.#settle(run, state, (await this.#execute(run, state)) as Readonly<Record<string, unknown>>);
    } catch (error) {
      run.error = error;
    }
  }

  #settle(run: EventRun, state: StateCache | undefined, response: Readonly<Record<string, unknown>>): void {
    run.response = response;
    if (state !== undefined) state.set(run.key, response[(this.#task.state as { write: { name: string } }).write.name]);
  }

  #execute({ record, key, event }: EventRun, state: StateCache | undefined): unknown {
    const { name, event: eventSlot, state: keyed } = this.#task;
    const request: Record<string, unknown> = { [eventSlot.name]: event };
    if (keyed !== undefined) request[keyed.read.name] = state?.get(key) ?? null;
    // Id and time come from the record: a node that asks for time or chance gets the same at every replay.
    const requestId = `${name}/${record.partition}/${record.offset}`;
    const context = this.#executor.begin({ requestId, nowMs: record.timeMs });
    const execute = () => this.#executor.execute(request as never, context);
    if (this.#onRun === undefined) return execute();
    return told(this.#onRun, { executor: this.#executor, request, requestId, nowMs: record.timeMs }, execute);
  }
}

/** Runs the graph, and tells how it ended. */
function told(onRun: OnEndedRun, run: Omit<EndedRun, "failed">, execute: () => unknown): unknown {
  const failed = (error: unknown): never => {
    onRun({ ...run, failed: true });
    throw error;
  };
  const answered = (response: unknown) => {
    onRun({ ...run, failed: false });
    return response;
  };
  let response: unknown;
  try {
    response = execute();
  } catch (error) {
    return failed(error);
  }
  return response instanceof Promise ? response.then(answered, failed) : answered(response);
}

/** What is told about a record that failed. */
export function failureOf(error: unknown): { code: string; reason: string; inputDigest: string | undefined } {
  if (error instanceof GraphError) {
    const { code, detail, inputDigest, message } = error;
    return { code, reason: detail === undefined ? message : `${message} (${detail})`, inputDigest };
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: "TENON1803", reason, inputDigest: undefined };
}
