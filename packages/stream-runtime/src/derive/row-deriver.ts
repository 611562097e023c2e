/**
 * What handlers would write for some keys, from the rows of one snapshot: the same graphs, nothing committed. For bases, for
 * comparing what is stored with what should be, and for trying a change of a handler.
 *
 * D1 Groups that the handlers produce are made anew, never read from the store: what a handler reads of its own row comes from
 *    the handlers before it, everything else from the snapshot.
 * D2 A key whose run fails has its failure and no rows; the others go on.
 */
import {
  type Binding,
  compileGraph,
  createExecutor,
  type Executor,
  type HostClock,
  systemClock,
} from "@tenon/graph-core";
import type { AnyRead, Key, Snapshot, WriteSet } from "@tenon/storage-repo/api";
import type { Handler } from "../change/handler.ts";
import type { Message } from "../task/message.ts";
import { type DerivedRows, type ProducedGroup, producedGroups, takeWrites } from "./derived-rows.ts";
import { inOrder, producedBy, readBy } from "./handler-order.ts";
import { type LoadedInput, PageInputs } from "./page-inputs.ts";
import { PageRows } from "./page-rows.ts";
import { partOfGraph } from "./part-of-graph.ts";
import { runRequest } from "./run-request.ts";
import { WidestReads } from "./widest-reads.ts";

export interface RowDeriverOptions {
  /** All keyed by the same row, e.g. the ad. */
  readonly handlers: readonly Handler[];
  readonly resources: Readonly<Record<string, Binding>>;
  readonly clock?: HostClock;
  readonly checkedShare?: number;
  /**
   * `rows`, the default: every group that the handlers produce, and their messages. `messages`: groups only where a handler reads
   * them, so that what would be written for the store alone is not made.
   */
  readonly wanted?: "rows" | "messages";
  /** Runs a handler's graph; default: executes it. For a recorder. */
  readonly run?: (executor: Executor<never, unknown>, request: unknown, name: DerivedRunName) => unknown;
}

export interface DerivedRunName {
  /** `ad-offer/17`. */
  readonly requestId: string;
  readonly nowMs: number;
  /** Every value of the request fits its slot; where it does not, the run says which. */
  readonly requestIsChecked: boolean;
}

export interface DerivedKey {
  readonly key: Key;
  /** Group, as `entity.group` → what it would hold. */
  readonly groups: DerivedRows;
  /** Slot → messages that would be sent. */
  readonly messages: Readonly<Record<string, readonly Message[]>>;
  /** Of the first handler that failed; what it and later ones produce is missing then. */
  readonly failure: { readonly handler: string; readonly error: Error } | undefined;
}

interface Runner {
  readonly handler: Handler;
  /** The handler's, or the part of it that is wanted. */
  readonly graph: Handler["graph"];
  readonly executor: Executor<never, unknown>;
  readonly inputs: PageInputs;
  readonly produced: readonly ProducedGroup[];
}

interface OpenKey {
  readonly key: Key;
  readonly version: bigint;
  readonly groups: DerivedRows;
  readonly messages: Record<string, readonly Message[]>;
  failure: DerivedKey["failure"];
}

export class RowDeriver {
  /** Everything that is read from the store: declare these to open the snapshot. */
  readonly reads: readonly AnyRead[];
  readonly #runners: readonly Runner[];
  readonly #widest: WidestReads;
  readonly #clock: HostClock;
  readonly #run: NonNullable<RowDeriverOptions["run"]>;

  /** @throws GraphError TENON1810 for handlers in a circle, TENON1099 for a graph with mistakes */
  constructor({ handlers, resources, clock = systemClock, checkedShare = 0.01, ...options }: RowDeriverOptions) {
    const produced = producedBy(handlers);
    this.#clock = clock;
    this.#run = options.run ?? execute;
    this.#widest = new WidestReads(handlers, produced);
    const read = options.wanted === "messages" ? readBy(handlers) : undefined;
    this.#runners = inOrder(handlers).flatMap((handler): Runner | readonly never[] => {
      const all = producedGroups(handler);
      const isWritten = read === undefined || all.some(({ full }) => read.has(full));
      const told = handler.graph.respond.filter(({ name }) => name in handler.sinks);
      if (!isWritten && told.length === 0) return [];
      const graph = isWritten ? handler.graph : (partOfGraph(handler.graph, told) as Handler["graph"]);
      return {
        ...{ handler, graph, inputs: new PageInputs(handler, produced), produced: isWritten ? all : [] },
        executor: createExecutor(compileGraph(graph), { resources: resources as never, clock, checkedShare }),
      };
    });
    const children = handlers.flatMap(({ inputs }) => inputs.filter(({ kind }) => kind === "children"));
    this.reads = [...this.#widest.all, ...new Set(children.map(({ read }) => read))];
  }

  /**
   * Derives some keys, in the order given; about a thousand at a time keep memory and queries small.
   *
   * @param versionOf what a run's work item says: the version of what it writes
   */
  async derive(
    snapshot: Snapshot,
    keys: readonly Key[],
    versionOf: (key: Key) => bigint,
  ): Promise<readonly DerivedKey[]> {
    const open = new Map<Key, OpenKey>(
      keys.map((key) => [key, { key, version: versionOf(key), groups: new Map(), messages: {}, failure: undefined }]),
    );
    const source = {
      ...{ keys, rows: new PageRows(snapshot, this.#widest) },
      derivedOf: (key: Key) => open.get(key)?.groups,
    };
    for (const runner of this.#runners) {
      const loaded = await runner.inputs.load(source);
      const nowMs = this.#clock.nowMs();
      const running: Promise<void>[] = [];
      for (const each of open.values()) {
        if (each.failure !== undefined) continue;
        const run = runOf(runner, each, { loaded, nowMs, run: this.#run });
        if (run !== undefined) running.push(run);
      }
      await Promise.all(running);
    }
    return [...open.values()];
  }
}

type Response = Readonly<Record<string, unknown>>;

interface PageOfRuns {
  readonly loaded: readonly LoadedInput[];
  readonly nowMs: number;
  readonly run: NonNullable<RowDeriverOptions["run"]>;
}

/** A graph of sync nodes answers at once: no turn is waited for. */
function execute(executor: Executor<never, unknown>, request: unknown, name: DerivedRunName): unknown {
  return executor.execute(request as never, executor.begin(name));
}

/** A promise only where the graph needs one: most nodes answer at once. */
function runOf(runner: Runner, each: OpenKey, { loaded, nowMs, run }: PageOfRuns): Promise<void> | undefined {
  const { handler, graph, executor } = runner;
  const fail = (error: unknown) => {
    each.failure = { handler: handler.name, error: error as Error };
  };
  try {
    const { request, isChecked: requestIsChecked } = runRequest(graph, loaded, each);
    const name = { requestId: `${handler.name}/${String(each.key)}`, nowMs, requestIsChecked };
    const running = run(executor, request, name);
    if (running instanceof Promise)
      return running.then((response) => take(runner, each, response as Response)).catch(fail);
    take(runner, each, running as Response);
  } catch (error) {
    fail(error);
  }
  return undefined;
}

function take({ handler: { writes, sinks }, produced }: Runner, into: OpenKey, response: Response): void {
  if (produced.length > 0)
    takeWrites(into.groups, { key: into.key, writes: response[writes.name] as WriteSet, produced });
  for (const slot in sinks) into.messages[slot] = response[slot] as readonly Message[];
}
