import type { EventLog } from "@tenon/event-log/api";
import { type Binding, type HostClock, systemClock } from "@tenon/graph-core";
import type { ChangeFeed, CursorStore, Repo } from "@tenon/storage-repo/api";
import { LANES, type Lane } from "../task/lane.ts";
import { Bell } from "./bell.ts";
import { refuseMissingLog, refuseWrongHandlers } from "./check-handlers.ts";
import { circlesOf } from "./circles.ts";
import { FeedPump } from "./feed-pump.ts";
import type { Handler } from "./handler.ts";
import { HandlerRun, type RunOutcome } from "./handler-run.ts";
import { PumpLease } from "./pump-lease.ts";
import type { WorkStore } from "./work-store.ts";

export interface RunHandlersOptions<Joined> {
  readonly handlers: readonly Handler[];
  readonly repo: Pick<Repo<Joined>, "readWithin" | "write">;
  readonly feed: ChangeFeed;
  readonly cursors: CursorStore<Joined>;
  readonly store: WorkStore<Joined>;
  /** Takes the messages of handlers with sinks, whose topics it has; one of the processes sends them. */
  readonly log?: EventLog;
  /** Names the feed's consumer: `[a-z0-9_]`, at most 30. */
  readonly consumer: string;
  /** Names this process among those that run the same handlers. */
  readonly owner: string;
  readonly resources?: Readonly<Record<string, Binding>>;
  readonly clock?: HostClock;
  readonly checkedShare?: number;
  readonly epoch?: number;
  /** Runs at once per lane: no lane takes another's. */
  readonly runsMax?: Readonly<Record<Lane, number>>;
  /** How long a worker may take for a run; after that somebody else does it. Default 30 s. */
  readonly leaseMs?: number;
  /** One process at a time turns the feed into work. After the end of its lease another one does. Default 3 s. */
  readonly pumpLeaseMs?: number;
  /** Told when the pump or a claimer cannot go on; both try again after a while. */
  readonly onTrouble?: (what: string, error: Error) => void;
}

export interface RunningHandlers {
  /** Runs by handler and outcome since the start. */
  readonly counts: ReadonlyMap<string, Readonly<Record<RunOutcome, number>>>;
  /** Whether this process turns the feed into work now; the others stand by. All of them work. */
  readonly isPumping: boolean;
  /** Ends after the runs that are out. */
  stop(): Promise<void>;
}

const RUNS_MAX: Readonly<Record<Lane, number>> = { high: 8, medium: 4, low: 2 };
const BATCHES_MAX = 1_000;
const FEED_WAIT_MS = 100;
const LEASE_MS = 30_000;
const PUMP_LEASE_MS = 3_000;
/** A pump that finishes no pull for so long is taken to hang: it loses its lease. */
const PUMP_STEP_MS_MAX = 60_000;
/** Between looks for work that others have added; our own pump rings. */
const IDLE_MS = 100;
const TROUBLE_MS = 500;
const ATTEMPTS_MAX = 5;
const BACK_OFF_MS = 100;

/**
 * Runs handlers until stopped.
 *
 * @throws GraphError TENON1810 for handlers that cannot live beside each other, TENON1099 for a graph with mistakes
 */
export async function runHandlers<Joined>(options: RunHandlersOptions<Joined>): Promise<RunningHandlers> {
  const { handlers, repo, feed, cursors, store, consumer, owner, resources = {}, clock = systemClock } = options;
  refuseWrongHandlers(handlers);
  refuseMissingLog(handlers, options.log);
  const circles = circlesOf(handlers);
  const runs = new Map(
    handlers.map((each) => [
      each.name,
      new HandlerRun(each, {
        ...{ repo, store, resources, clock, checkedShare: options.checkedShare ?? 0.01, epoch: options.epoch ?? 0 },
        ...{ attemptsMax: ATTEMPTS_MAX, backOffMs: BACK_OFF_MS },
        isInCircle: (circles.get(each.name)?.size ?? 0) > 0,
      }),
    ]),
  );
  const counts = new Map(
    handlers.map(({ name }) => [name, { done: 0, again: 0, failed: 0, parked: 0, unsettled: 0, lost: 0 }]),
  );
  await store.prepare();
  const stop = new AbortController();
  const bell = new Bell(clock);
  const untilStopped = async (what: string, step: () => Promise<void>) => {
    while (!stop.signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (stop.signal.aborted) return;
        options.onTrouble?.(what, error as Error);
        await bell.wait(TROUBLE_MS, stop.signal);
      }
    }
  };

  const lease = new PumpLease({
    ...{ leases: store.pumps, consumer, owner, clock, leaseMs: options.pumpLeaseMs ?? PUMP_LEASE_MS },
    stepMsMax: PUMP_STEP_MS_MAX,
  });
  const pump = async (signal: AbortSignal) => {
    const claimed = await cursors.claim(consumer);
    const reader = await feed.open({ consumer, from: claimed.cursor ?? "oldest" });
    const settings = {
      consumer,
      handlers,
      repo,
      cursors,
      store,
      circles,
      batchesMax: BATCHES_MAX,
      waitMs: FEED_WAIT_MS,
    };
    const opened = new FeedPump(settings, reader, claimed);
    try {
      while (!signal.aborted) {
        if ((await opened.step(signal)) > 0) bell.ring();
        lease.stepped();
      }
    } finally {
      await opened.close();
    }
  };
  const pumping = untilStopped("feed", async () => {
    const wasHeld = await lease.during(stop.signal, pump);
    if (!wasHeld) await bell.wait(lease.beatMs, stop.signal);
  });

  const names = handlers.map(({ name }) => name);
  const working = LANES.flatMap((lane) => {
    const itemsMax = (options.runsMax ?? RUNS_MAX)[lane];
    return untilStopped(`${lane} work`, async () => {
      const items = await store.claim({ handlers: names, lane, itemsMax, leaseMs: options.leaseMs ?? LEASE_MS });
      await Promise.all(
        items.map(async (item) => {
          const outcome = await (runs.get(item.handler) as HandlerRun<Joined>).run(item);
          (counts.get(item.handler) as Record<RunOutcome, number>)[outcome]++;
        }),
      );
      if (items.length === 0) await bell.wait(IDLE_MS, stop.signal);
    });
  });

  return {
    counts,
    get isPumping() {
      return lease.isHeld;
    },
    stop: async () => {
      stop.abort();
      await Promise.all([pumping, ...working]);
    },
  };
}
