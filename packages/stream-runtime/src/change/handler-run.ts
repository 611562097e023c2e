/** One run of a handler for one key: inputs at one snapshot, the graph; what it writes, what it sends and the end of its item in one commit. */
import {
  type Binding,
  compileGraph,
  createExecutor,
  type Executor,
  GraphError,
  type HostClock,
} from "@tenon/graph-core";
import { type AnyRead, type Repo, versionOf } from "@tenon/storage-repo/api";
import { streamError } from "../task/stream-error.ts";
import { failureOf } from "../worker/graph-runs.ts";
import { refuseWaitingInvariant } from "./check-handlers.ts";
import { type Handler, readsOf } from "./handler.ts";
import { type HandlerOutput, outputOf } from "./handler-output.ts";
import { loadInputs } from "./load-inputs.ts";
import type { ClaimedWork, Origin, WorkStore } from "./work-store.ts";

export interface HandlerRunOptions<Joined> {
  readonly repo: Pick<Repo<Joined>, "readWithin" | "write">;
  readonly store: WorkStore<Joined>;
  readonly resources: Readonly<Record<string, Binding>>;
  readonly clock: HostClock;
  readonly checkedShare: number;
  /** Restored from an older copy, the feed counts anew: a higher epoch keeps versions rising. */
  readonly epoch: number;
  /** Runs that fail before the item is put aside. */
  readonly attemptsMax: number;
  /** The handler is part of a circle: what it writes may come back to it. */
  readonly isInCircle: boolean;
  readonly backOffMs: number;
  /** A graph that takes longer has failed: well before its lease ends. */
  readonly runMsMax: number;
  readonly onRetry?: (handler: Handler, sqlState: string) => void;
}

/** `unsettled`: what led to the item has come round as often as it may. */
export type RunOutcome = "done" | "again" | "failed" | "parked" | "unsettled" | "lost";

const BACK_OFF_DOUBLINGS_MAX = 8;

/** The graph failed, not the transaction around it. */
class RunFailed extends Error {
  constructor(cause: unknown) {
    super("a handler's graph failed", { cause });
  }
}

/** Times one transaction is run in all when rows it read were changed by others. */
const CONFLICTS_MAX = 8;

export class HandlerRun<Joined> {
  readonly handler: Handler;
  readonly #options: HandlerRunOptions<Joined>;
  readonly #executor: Executor<never, unknown>;
  readonly #reads: readonly AnyRead[];

  constructor(handler: Handler, options: HandlerRunOptions<Joined>) {
    const { resources, clock, checkedShare } = options;
    this.handler = handler;
    this.#options = options;
    this.#reads = readsOf(handler);
    const plan = compileGraph(handler.graph);
    refuseWaitingInvariant(handler, plan.isAsync);
    this.#executor = createExecutor(plan, {
      resources: resources as never,
      clock,
      checkedShare,
    });
  }

  async run(item: ClaimedWork): Promise<RunOutcome> {
    if (this.handler.rounds > 0 && item.rounds >= this.handler.rounds) return this.#putAside(item);
    try {
      return this.#executor.plan.isAsync ? await this.#apart(item) : await this.#together(item);
    } catch (error) {
      return this.#failed(item, error);
    }
  }

  /** A graph of sync nodes takes microseconds: it runs inside the one transaction that reads and writes. */
  #together(item: ClaimedWork): Promise<"done" | "again"> {
    return this.#transaction(async (tx) => {
      const output = await this.#derive(item, await this.#inputs(tx, item));
      return this.#commit(tx, item, output);
    });
  }

  /**
   * An async graph may wait for a service, and no transaction waits with it: one reads at a snapshot, the graph runs, another
   * one commits. What changed in between leaves the item there (W1), and a claim that has ended commits nothing (W2), so a guard
   * by the versions of the inputs would add nothing but runs that never end while something changes.
   */
  async #apart(item: ClaimedWork): Promise<"done" | "again"> {
    const inputs = await this.#transaction((tx) => this.#inputs(tx, item));
    const output = await this.#derive(item, inputs);
    return this.#transaction((tx) => this.#commit(tx, item, output));
  }

  #transaction<Result>(work: (tx: Joined) => Promise<Result>): Promise<Result> {
    const { store, onRetry } = this.#options;
    return store.transaction(work, {
      isolation: this.handler.invariant ? "serializable" : "repeatableRead",
      attemptsMax: CONFLICTS_MAX,
      onRetry: (_, sqlState) => onRetry?.(this.handler, sqlState),
    });
  }

  #inputs(tx: Joined, item: ClaimedWork): Promise<Readonly<Record<string, unknown>>> {
    const named = { key: item.key, version: this.#versionOf(item) };
    return loadInputs(this.handler, named, this.#options.repo.readWithin(tx, this.#reads));
  }

  /** Claims of a key rise and follow each other, so what a later run writes is newer, in whatever order changes came. */
  #versionOf({ claim }: ClaimedWork): bigint {
    return versionOf(this.#options.epoch, Number(claim));
  }

  async #commit(tx: Joined, item: ClaimedWork, { writes, messages }: HandlerOutput): Promise<"done" | "again"> {
    const { repo, store } = this.#options;
    if (Object.keys(writes).length > 0) {
      const { changes } = await repo.write(tx, writes);
      if (this.#options.isInCircle && changes.length > 0) await store.sign(tx, this.#originOf(item));
    }
    if (messages.length > 0) await store.sinks.add(tx, messages);
    return store.finish(tx, item);
  }

  /** A handler without a bound passes the count on: some handler of each circle has one. */
  #originOf({ rounds }: ClaimedWork): Origin {
    const { name, rounds: roundsMax } = this.handler;
    return { handler: name, rounds: roundsMax > 0 ? rounds + 1 : rounds };
  }

  async #putAside(item: ClaimedWork): Promise<RunOutcome> {
    const { name, owner, rounds } = this.handler;
    const what = `handler "${name}" has not settled on ${JSON.stringify(item.key)} in ${rounds} rounds`;
    const { code, message: reason } = streamError("unsettled", what, {
      owner,
      hint: "see why the circle does not come to rest, or allow more `rounds`; a new change, or retrying the item, begins anew",
    });
    await this.#options.store.fail(item, { code, reason, inputDigest: undefined, parked: true, waitMs: 0 });
    return "unsettled";
  }

  async #derive(item: ClaimedWork, request: Readonly<Record<string, unknown>>): Promise<HandlerOutput> {
    const { handler, key, upTo } = item;
    const { clock, runMsMax } = this.#options;
    const nowMs = clock.nowMs();
    const context = this.#executor.begin({
      requestId: `${handler}/${String(key)}/${upTo}`,
      ...{ nowMs, deadlineMs: nowMs + runMsMax },
    });
    try {
      const response = (await this.#executor.execute(request as never, context)) as Readonly<Record<string, unknown>>;
      return outputOf(this.handler, response, { key, version: this.#versionOf(item) });
    } catch (error) {
      throw new RunFailed(error);
    }
  }

  async #failed(item: ClaimedWork, error: unknown): Promise<RunOutcome> {
    if (error instanceof GraphError && error.code === "TENON1811") return "lost";
    const { store, attemptsMax, backOffMs } = this.#options;
    const cause = error instanceof RunFailed ? error.cause : error;
    // What the graph makes of the same inputs stays the same; a store or a resource may answer the next time.
    const isFinal = error instanceof RunFailed && !(cause instanceof GraphError && cause.category === "resource");
    const parked = isFinal || (error instanceof RunFailed && item.attempts + 1 >= attemptsMax);
    const waitMs = backOffMs * 2 ** Math.min(item.attempts, BACK_OFF_DOUBLINGS_MAX);
    await store.fail(item, { ...failureOf(cause), parked, waitMs });
    return parked ? "parked" : "failed";
  }
}
