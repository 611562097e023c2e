/** The places in which the handlers of a process run, lane by lane: batches of sync graphs, and apart from them runs that may wait. */
import type { HostClock } from "@tenon/graph-core";
import type { Repo } from "@tenon/storage-repo/api";
import { LANES, type Lane } from "../task/lane.ts";
import { type BatchBounds, BatchRun } from "./batch-run.ts";
import { LaneRests } from "./lane-rests.ts";
import { LaneRuns } from "./lane-runs.ts";
import type { PreparedHandler } from "./prepared-handler.ts";
import { RunFailures, type RunOutcome } from "./run-failures.ts";
import { waitingRun } from "./waiting-run.ts";
import type { Claimable, ClaimedWork, WorkStore } from "./work-store.ts";

export interface HandlerLanesOptions<Joined> {
  readonly handlers: readonly PreparedHandler[];
  readonly repo: Pick<Repo<Joined>, "readWithin" | "write">;
  readonly store: WorkStore<Joined>;
  readonly clock: HostClock;
  readonly leaseMs: number;
  readonly runsMax: Readonly<Record<Lane, number>>;
  /** Whether a handler may run now. */
  readonly mayRun: (prepared: PreparedHandler) => boolean;
  readonly onEnd: (item: ClaimedWork, outcome: RunOutcome, ms: number) => void;
  /** Told when a run has committed messages. */
  readonly onMessages: () => void;
  /** Told of work that a run has left to others. */
  readonly onLeft: (work: readonly Claimable[]) => void;
  readonly onTrouble: (what: string, error: Error) => void;
}

interface BatchPlaces extends BatchBounds {
  /** Transactions at once. */
  readonly placesMax: number;
}

/**
 * Two transactions of urgent work, so that one reads while the other waits for its commit. Less urgent ones are short: they share
 * rows, the turns of messages, and the event loop with it.
 */
const BATCHES: Readonly<Record<Lane, BatchPlaces>> = {
  high: { placesMax: 2, itemsMax: 256, graphsMsMax: 500 },
  medium: { placesMax: 1, itemsMax: 32, graphsMsMax: 100 },
  low: { placesMax: 1, itemsMax: 16, graphsMsMax: 100 },
};
const ATTEMPTS_MAX = 5;
const BACK_OFF_MS = 100;

interface NamedRuns<Joined> {
  readonly what: string;
  readonly lane: Lane;
  readonly handlers: ReadonlySet<string>;
  readonly runs: LaneRuns<Joined>;
}

export class HandlerLanes<Joined> {
  readonly #all: readonly NamedRuns<Joined>[];
  readonly #rests: LaneRests;
  readonly #store: WorkStore<Joined>;

  constructor(options: HandlerLanesOptions<Joined>) {
    const { handlers, store } = options;
    this.#store = store;
    const failures = new RunFailures({ store, attemptsMax: ATTEMPTS_MAX, backOffMs: BACK_OFF_MS });
    const [waiting, prompt] = [handlers.filter(({ isAsync }) => isAsync), handlers.filter(({ isAsync }) => !isAsync)];
    this.#rests = new LaneRests(options.clock);
    this.#all = LANES.flatMap((lane) => [
      ...(prompt.length > 0 ? [batches(lane, prompt, failures, options, this.#rests)] : []),
      ...(waiting.length > 0 ? [apart(lane, waiting, failures, options)] : []),
    ]);
  }

  /** There may be work. */
  ring(work: readonly Claimable[]): void {
    for (const { runs, lane, handlers } of this.#all)
      if (work.some((each) => each.lane === lane && handlers.has(each.handler))) runs.ring();
  }

  /** Looks for work that others have added, or let go. */
  async look(): Promise<void> {
    this.ring(await this.#store.claimable(this.#all.flatMap(({ handlers }) => [...handlers])));
  }

  /** A step of each, to be run again and again. */
  steps(signal: AbortSignal): readonly { readonly what: string; readonly step: () => Promise<void> }[] {
    return this.#all.map(({ what, runs }) => ({ what, step: () => runs.step(signal) }));
  }

  /** Resolves when the runs that are out have ended. */
  async drained(): Promise<void> {
    this.#rests.end();
    await Promise.all(this.#all.map(({ runs }) => runs.drained()));
  }
}

function batches<Joined>(
  lane: Lane,
  handlers: readonly PreparedHandler[],
  failures: RunFailures,
  { repo, store, clock, leaseMs, runsMax, mayRun, onEnd, onMessages, onLeft, onTrouble }: HandlerLanesOptions<Joined>,
  rests: LaneRests,
): NamedRuns<Joined> {
  const { placesMax, ...bounds } = BATCHES[lane];
  const what = `${lane} work`;
  const mayTake = () => handlers.filter(mayRun);
  const run = async (items: readonly ClaimedWork[]) => {
    const beganMs = clock.monotonicMs();
    const work = new BatchRun({
      ...{ repo, store, failures, bounds, leaseMs, clock, mayTake, onMessages, onLeft },
      handlers: new Map(handlers.map((each) => [each.handler.name, each])),
      onEnd: (item, outcome) => onEnd(item, outcome, clock.monotonicMs() - beganMs),
    });
    await rests.during(lane, () => work.run(items));
  };
  const runs = new LaneRuns({
    ...{ lane, store, clock, leaseMs, run, placesMax: Math.min(placesMax, runsMax[lane]) },
    itemsPerPlace: bounds.itemsMax,
    handlers: () => mayTake().map(({ handler }) => handler.name),
    onTrouble: (error) => onTrouble(what, error),
  });
  return { what, runs, lane, handlers: new Set(handlers.map(({ handler }) => handler.name)) };
}

/** Each by itself: a run that waits for a service holds up nobody. */
function apart<Joined>(
  lane: Lane,
  handlers: readonly PreparedHandler[],
  failures: RunFailures,
  { repo, store, clock, leaseMs, runsMax, mayRun, onEnd, onMessages, onTrouble }: HandlerLanesOptions<Joined>,
): NamedRuns<Joined> {
  const what = `${lane} work that waits`;
  const run = async ([item]: readonly ClaimedWork[]) => {
    const prepared = handlers.find(({ handler }) => handler.name === item?.handler);
    if (item === undefined || prepared === undefined) return;
    const beganMs = clock.monotonicMs();
    onEnd(item, await waitingRun(prepared, item, { repo, store, failures }), clock.monotonicMs() - beganMs);
    onMessages();
  };
  const runs = new LaneRuns({
    ...{ lane, store, clock, leaseMs, run, placesMax: runsMax[lane], itemsPerPlace: 1 },
    handlers: () => handlers.filter(mayRun).map(({ handler }) => handler.name),
    onTrouble: (error) => onTrouble(what, error),
  });
  return { what, runs, lane, handlers: new Set(handlers.map(({ handler }) => handler.name)) };
}
