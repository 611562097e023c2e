/** A handler that can be run: its graph compiled, and what a run makes of an item's inputs. */
import {
  type Binding,
  compileGraph,
  createExecutor,
  type Executor,
  GraphError,
  type HostClock,
} from "@tenon/graph-core";
import { type AnyRead, type Key, type Snapshot, versionOf } from "@tenon/storage-repo/api";
import { PageInputs } from "../derive/page-inputs.ts";
import { PageRows } from "../derive/page-rows.ts";
import { itemFits, type MakeRequest, requestFits, requestMaker } from "../derive/run-request.ts";
import { WidestReads } from "../derive/widest-reads.ts";
import type { OnEndedRun } from "../observe/ended-run.ts";
import { refuseWaitingInvariant } from "./check-handlers.ts";
import type { Handler } from "./handler.ts";
import { type HandlerOutput, outputOf } from "./handler-output.ts";
import type { ClaimedWork, Origin } from "./work-store.ts";

export interface PreparedHandlerOptions {
  readonly resources: Readonly<Record<string, Binding>>;
  readonly clock: HostClock;
  readonly checkedShare: number;
  /** Restored from an older copy, the feed counts anew: a higher epoch keeps versions rising. */
  readonly epoch: number;
  /** The handler is part of a circle: what it writes may come back to it. */
  readonly isInCircle: boolean;
  /** A graph that takes longer has failed: well before its lease ends. */
  readonly runMsMax: number;
  readonly onRun?: OnEndedRun | undefined;
}

/** Inputs of several keys. */
export type LoadedInputs = Awaited<ReturnType<PageInputs["load"]>>;

/** The graph failed, not the transaction around it. */
export class RunFailed extends Error {
  constructor(cause: unknown) {
    super("a handler's graph failed", { cause });
  }
}

/** No handler has been derived before: everything is read from the store. */
const NOTHING_DERIVED: ReadonlyMap<never, never> = new Map<never, never>();

export class PreparedHandler {
  readonly handler: Handler;
  readonly reads: readonly AnyRead[];
  readonly isInCircle: boolean;
  readonly #options: PreparedHandlerOptions;
  readonly #executor: Executor<never, unknown>;
  readonly #widest: WidestReads;
  readonly #inputs: PageInputs;
  readonly #requestOf: MakeRequest;

  /** @throws GraphError TENON1810 for an invariant with async nodes, TENON1099 for a graph with mistakes */
  constructor(handler: Handler, options: PreparedHandlerOptions) {
    const { resources, clock, checkedShare } = options;
    this.handler = handler;
    this.#widest = new WidestReads([handler], NOTHING_DERIVED);
    this.#inputs = new PageInputs(handler, NOTHING_DERIVED);
    this.#requestOf = requestMaker(handler.graph, this.#inputs.slots);
    const children = handler.inputs.filter(({ kind }) => kind === "children");
    this.reads = [...this.#widest.all, ...new Set(children.map(({ read }) => read))];
    this.isInCircle = options.isInCircle;
    this.#options = options;
    const plan = compileGraph(handler.graph);
    refuseWaitingInvariant(handler, plan.isAsync);
    this.#executor = createExecutor(plan, { resources: resources as never, clock, checkedShare });
  }

  get isAsync(): boolean {
    return this.#executor.plan.isAsync;
  }

  /** Inputs of some items, at a snapshot: a query per input. */
  load(items: readonly ClaimedWork[], snapshot: Snapshot): Promise<LoadedInputs> {
    const keys: readonly Key[] = items.map(({ key }) => key);
    return this.#inputs.load({ rows: new PageRows(snapshot, this.#widest, keys), derivedAt: () => undefined });
  }

  /** What came round has come round as often as it may. */
  isUnsettled({ rounds }: ClaimedWork): boolean {
    return this.handler.rounds > 0 && rounds >= this.handler.rounds;
  }

  /** A handler without a bound passes the count on: some handler of each circle has one. */
  originOf({ rounds }: ClaimedWork): Omit<Origin, "handedOn"> {
    const { name, rounds: roundsMax } = this.handler;
    return { handler: name, rounds: roundsMax > 0 ? rounds + 1 : rounds };
  }

  /**
   * Runs the graph for one item.
   *
   * @throws RunFailed for whatever the graph fails of, or responds wrongly
   */
  async derive(item: ClaimedWork, inputs: LoadedInputs): Promise<HandlerOutput> {
    const { handler, key, upTo } = item;
    const { clock, runMsMax, onRun } = this.#options;
    const nowMs = clock.nowMs();
    const version = this.#versionOf(item);
    // Every handler has an input.
    const place = inputs[0]?.places.get(key) as number;
    const request = this.#requestOf(inputs, place, { key, version });
    const requestIsChecked = requestFits(inputs, place) && itemFits({ key, version });
    const run = { executor: this.#executor, request, requestId: `${handler}/${String(key)}/${upTo}`, nowMs };
    let failed = true;
    try {
      const deadlineMs = nowMs + runMsMax;
      const context = this.#executor.begin({ requestId: run.requestId, nowMs, deadlineMs, requestIsChecked });
      const response = this.#executor.execute(request as never, context);
      const settled = (response instanceof Promise ? await response : response) as never;
      failed = false;
      return outputOf(this.handler, settled, { key, version });
    } catch (error) {
      throw new RunFailed(error);
    } finally {
      onRun?.({ ...run, failed });
    }
  }

  /** Claims of a key rise and follow each other, so what a later run writes is newer, in whatever order changes came. */
  #versionOf({ claim }: ClaimedWork): bigint {
    return versionOf(this.#options.epoch, Number(claim));
  }
}

/** What the graph makes of the same inputs stays the same; a store or a resource may answer the next time. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof RunFailed)) return false;
  return !(error.cause instanceof GraphError && error.cause.category === "resource");
}
