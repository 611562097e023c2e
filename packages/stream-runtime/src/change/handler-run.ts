/** One run of a handler for one key: inputs at one snapshot, the graph, what it writes and the end of its item in one commit. */
import {
  type Binding,
  compileGraph,
  createExecutor,
  type Executor,
  GraphError,
  type HostClock,
  type RunContext,
} from "@tenon/graph-core";
import { type AnyRead, type Repo, versionOf, type WriteSet } from "@tenon/storage-repo/api";
import { streamError } from "../task/stream-error.ts";
import { failureOf } from "../worker/graph-runs.ts";
import { type Handler, readsOf } from "./handler.ts";
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
    this.#executor = createExecutor(compileGraph(handler.graph), {
      resources: resources as never,
      clock,
      checkedShare,
    });
  }

  async run(item: ClaimedWork): Promise<RunOutcome> {
    const { store, onRetry } = this.#options;
    if (this.handler.rounds > 0 && item.rounds >= this.handler.rounds) return this.#putAside(item);
    try {
      return await store.transaction((tx) => this.#inTransaction(tx, item), {
        isolation: this.handler.invariant ? "serializable" : "repeatableRead",
        attemptsMax: CONFLICTS_MAX,
        onRetry: (_, sqlState) => onRetry?.(this.handler, sqlState),
      });
    } catch (error) {
      return this.#failed(item, error);
    }
  }

  async #inTransaction(tx: Joined, item: ClaimedWork): Promise<"done" | "again"> {
    const { repo, store, epoch, clock } = this.#options;
    const { handler, key, upTo } = item;
    const version = versionOf(epoch, Number(upTo));
    const request = await loadInputs(this.handler, { key, version }, repo.readWithin(tx, this.#reads));
    const context = this.#executor.begin({ requestId: `${handler}/${String(key)}/${upTo}`, nowMs: clock.nowMs() });
    const writes = await this.#derive(request, context);
    if (Object.keys(writes).length > 0) {
      const { changes } = await repo.write(tx, writes);
      if (this.#options.isInCircle && changes.length > 0) await store.sign(tx, this.#originOf(item));
    }
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

  async #derive(request: Readonly<Record<string, unknown>>, context: RunContext): Promise<WriteSet> {
    try {
      const response = (await this.#executor.execute(request as never, context)) as Readonly<Record<string, unknown>>;
      const writes = response[this.handler.writes.name] as WriteSet;
      this.#refuseForeignWrites(writes);
      return writes;
    } catch (error) {
      throw new RunFailed(error);
    }
  }

  /** Only what it declares to produce: other groups have other producers. */
  #refuseForeignWrites(writes: WriteSet): void {
    for (const [name, { groups = {}, deletes, restores }] of Object.entries(writes)) {
      const produced = this.handler.produces.find(({ entity }) => entity.name === name);
      const foreign = Object.keys(groups).find((group) => produced?.groups.includes(group) !== true);
      const what = foreign ?? (produced === undefined && (deletes ?? restores) !== undefined ? "presence" : undefined);
      if (what === undefined) continue;
      throw new GraphError(`handler "${this.handler.name}" writes "${name}.${what}", which it does not produce`, {
        code: "TENON1810",
        category: "definition",
        owner: this.handler.owner,
        detail: `it produces ${this.handler.produces.map(({ entity, groups: own }) => `${entity.name} (${own.join(", ")})`).join("; ")}`,
        hint: "declare the group in `produces`, or leave it to its producer",
      });
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
