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
import { WorkItem } from "../change/row-schema.ts";
import type { Message } from "../task/message.ts";
import { type DerivedRows, takeWrites } from "./derived-rows.ts";
import { groupsReadBy, inOrder, producedBy } from "./handler-order.ts";
import { loadPage } from "./load-page.ts";

export interface RowDeriverOptions {
  /** All keyed by the same row, e.g. the ad. */
  readonly handlers: readonly Handler[];
  readonly resources: Readonly<Record<string, Binding>>;
  readonly clock?: HostClock;
  readonly checkedShare?: number;
  /** Runs a handler's graph; default: executes it. For a recorder. */
  readonly run?: (executor: Executor<never, unknown>, request: unknown, name: DerivedRunName) => unknown;
}

export interface DerivedRunName {
  /** `ad-offer/17`. */
  readonly requestId: string;
  readonly nowMs: number;
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
  readonly executor: Executor<never, unknown>;
}

interface OpenKey {
  readonly key: Key;
  readonly groups: DerivedRows;
  readonly messages: Record<string, readonly Message[]>;
  failure: DerivedKey["failure"];
}

export class RowDeriver {
  /** Everything that is read from the store: declare these to open the snapshot. */
  readonly reads: readonly AnyRead[];
  readonly #runners: readonly Runner[];
  readonly #produced: ReturnType<typeof producedBy>;
  readonly #clock: HostClock;
  readonly #run: NonNullable<RowDeriverOptions["run"]>;

  /** @throws GraphError TENON1810 for handlers in a circle, TENON1099 for a graph with mistakes */
  constructor({ handlers, resources, clock = systemClock, checkedShare = 0.01, run = execute }: RowDeriverOptions) {
    this.#clock = clock;
    this.#run = run;
    this.#produced = producedBy(handlers);
    this.#runners = inOrder(handlers).map((handler) => ({
      handler,
      executor: createExecutor(compileGraph(handler.graph), { resources: resources as never, clock, checkedShare }),
    }));
    const isStored = (input: Handler["inputs"][number]) =>
      input.kind !== "row" || [...groupsReadBy(input)].some((group) => !this.#produced.has(group));
    this.reads = [...new Set(handlers.flatMap((handler) => handler.inputs.filter(isStored).map(({ read }) => read)))];
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
      keys.map((key) => [key, { key, groups: new Map(), messages: {}, failure: undefined }]),
    );
    for (const { handler, executor } of this.#runners) {
      const derived = new Map([...open].map(([key, { groups }]) => [key, groups]));
      const inputs = await loadPage(handler, { snapshot, keys, derived, produced: this.#produced });
      const nowMs = this.#clock.nowMs();
      await Promise.all(
        [...open.values()].map(async (each) => {
          if (each.failure !== undefined) return;
          const request = requestOf(handler, each.key, inputs, versionOf);
          const name = { requestId: `${handler.name}/${String(each.key)}`, nowMs };
          try {
            const running = this.#run(executor, request, name);
            take(handler, each, (running instanceof Promise ? await running : running) as Response);
          } catch (error) {
            each.failure = { handler: handler.name, error: error as Error };
          }
        }),
      );
    }
    return [...open.values()];
  }
}

/** A graph of sync nodes answers at once: no turn is waited for. */
function execute(executor: Executor<never, unknown>, request: unknown, name: DerivedRunName): unknown {
  return executor.execute(request as never, executor.begin(name));
}

type Response = Readonly<Record<string, unknown>>;

function requestOf(
  handler: Handler,
  key: Key,
  inputs: Awaited<ReturnType<typeof loadPage>>,
  versionOf: (key: Key) => bigint,
): Readonly<Record<string, unknown>> {
  const request: Record<string, unknown> = {};
  for (const [slot, values] of inputs) request[slot] = values.get(key) ?? null;
  if (handler.graph.request.includes(WorkItem)) request[WorkItem.name] = { key, version: versionOf(key) };
  return request;
}

function take({ writes, sinks }: Handler, into: OpenKey, response: Response): void {
  takeWrites(into.groups, into.key, response[writes.name] as WriteSet);
  for (const slot of Object.keys(sinks)) into.messages[slot] = response[slot] as readonly Message[];
}
