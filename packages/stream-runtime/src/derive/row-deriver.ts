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
import {
  type DerivedGroup,
  type DerivedGroups,
  type DerivedRows,
  type ProducedGroup,
  placesOf,
  producedGroups,
  takeWrites,
} from "./derived-rows.ts";
import { type GroupName, inOrder, producedBy, readBy } from "./handler-order.ts";
import { type LoadedInput, PageInputs } from "./page-inputs.ts";
import { PageRows } from "./page-rows.ts";
import { partOfGraph } from "./part-of-graph.ts";
import { type Item, itemFits, type MakeRequest, requestFits, requestMaker } from "./run-request.ts";
import { WidestReads } from "./widest-reads.ts";

export interface RowDeriverOptions {
  /** All keyed by the same row, e.g. the ad. */
  readonly handlers: readonly Handler[];
  readonly resources: Readonly<Record<string, Binding>>;
  readonly clock?: HostClock;
  readonly checkedShare?: number;
  /**
   * `rows`, the default: every group that the handlers produce, and their messages. `messages`: these alone; groups are made only
   * where a handler reads them, and not told.
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
  /** Group, as `entity.group` → what it would hold; empty where only messages are wanted. */
  readonly groups: DerivedRows;
  /** Slot → messages that would be sent. */
  readonly messages: Readonly<Record<string, readonly Message[]>>;
  /** Of the first handler that failed; what it and later ones produce is missing then. */
  readonly failure: { readonly handler: string; readonly error: Error } | undefined;
}

interface Runner {
  readonly handler: Handler;
  readonly executor: Executor<never, unknown>;
  readonly inputs: PageInputs;
  readonly requestOf: MakeRequest;
  readonly produced: readonly ProducedGroup[];
}

interface OpenKey {
  readonly item: Item;
  /** For all of its runs. */
  readonly itemFits: boolean;
  readonly made: (DerivedGroup | undefined)[];
  readonly messages: Record<string, readonly Message[]>;
  failure: DerivedKey["failure"];
}

export class RowDeriver {
  /** Everything that is read from the store: declare these to open the snapshot. */
  readonly reads: readonly AnyRead[];
  readonly #runners: readonly Runner[];
  readonly #widest: WidestReads;
  readonly #places: ReadonlyMap<GroupName, number>;
  readonly #wantsRows: boolean;
  readonly #clock: HostClock;
  readonly #run: NonNullable<RowDeriverOptions["run"]>;

  /** @throws GraphError TENON1810 for handlers in a circle, TENON1099 for a graph with mistakes */
  constructor({ handlers, resources, clock = systemClock, checkedShare = 0.01, ...options }: RowDeriverOptions) {
    const places = placesOf(producedBy(handlers));
    this.#places = places;
    this.#clock = clock;
    this.#run = options.run ?? execute;
    this.#widest = new WidestReads(handlers, places);
    this.#wantsRows = options.wanted !== "messages";
    const read = this.#wantsRows ? undefined : readBy(handlers);
    this.#runners = inOrder(handlers).flatMap((handler): Runner | readonly never[] => {
      const isWritten = read === undefined || [...producedBy([handler])].some((group) => read.has(group));
      const told = handler.graph.respond.filter(({ name }) => name in handler.sinks);
      if (!isWritten && told.length === 0) return [];
      const graph = isWritten ? handler.graph : (partOfGraph(handler.graph, told) as Handler["graph"]);
      const inputs = new PageInputs(handler, places);
      return {
        ...{ handler, inputs, requestOf: requestMaker(graph, inputs.slots) },
        produced: isWritten ? producedGroups(handler, places) : [],
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
    const rows = new PageRows(snapshot, this.#widest, keys);
    const open = rows.keys.map((key): OpenKey => {
      const item = { key, version: versionOf(key) };
      const made = new Array<undefined>(this.#places.size).fill(undefined);
      return { item, itemFits: itemFits(item), made, messages: {}, failure: undefined };
    });
    const source = { rows, derivedAt: (place: number) => open[place]?.made };
    for (const runner of this.#runners) {
      const loaded = await runner.inputs.load(source);
      const page = { loaded, nowMs: this.#clock.nowMs(), run: this.#run };
      const running: Promise<void>[] = [];
      for (const [place, each] of open.entries()) {
        if (each.failure !== undefined) continue;
        const run = runOf(runner, each, page, place);
        if (run !== undefined) running.push(run);
      }
      if (running.length > 0) await Promise.all(running);
    }
    return open.map(({ item: { key }, made, messages, failure }) => {
      return { key, groups: this.#groupsOf(made), messages, failure };
    });
  }

  #groupsOf(made: DerivedGroups): DerivedRows {
    const groups = new Map<GroupName, DerivedGroup>();
    if (!this.#wantsRows) return groups;
    for (const [group, place] of this.#places) {
      const each = made[place];
      if (each !== undefined) groups.set(group, each);
    }
    return groups;
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
function runOf(
  runner: Runner,
  each: OpenKey,
  { loaded, nowMs, run }: PageOfRuns,
  place: number,
): Promise<void> | undefined {
  const { handler, executor, requestOf } = runner;
  const fail = (error: unknown) => {
    each.failure = { handler: handler.name, error: error as Error };
  };
  try {
    const request = requestOf(loaded, place, each.item);
    const requestIsChecked = each.itemFits && requestFits(loaded, place);
    const name = { requestId: `${handler.name}/${String(each.item.key)}`, nowMs, requestIsChecked };
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
    takeWrites(into.made, { key: into.item.key, writes: response[writes.name] as WriteSet, produced });
  for (const slot in sinks) into.messages[slot] = response[slot] as readonly Message[];
}
