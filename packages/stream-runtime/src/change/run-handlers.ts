import type { EventLog } from "@tenon/event-log/api";
import { type Binding, type HostClock, systemClock } from "@tenon/graph-core";
import type { ChangeFeed, CursorStore, Repo } from "@tenon/storage-repo/api";
import type { OnEndedRun } from "../observe/ended-run.ts";
import { HandlerMetrics } from "../observe/handler-metrics.ts";
import { WAITING_MAX } from "../sink/outbox-gate.ts";
import { RunningSinks } from "../sink/running-sinks.ts";
import { SINK_RELAY, type SinkRelayOptions } from "../sink/sink-relay.ts";
import type { Lane } from "../task/lane.ts";
import { Pace, type PaceOptions } from "../worker/pace.ts";
import { Bell } from "./bell.ts";
import { refuseMissingLog, refuseWrongHandlers } from "./check-handlers.ts";
import { circlesOf } from "./circles.ts";
import { FeedPump } from "./feed-pump.ts";
import type { Handler } from "./handler.ts";
import { HandlerLanes } from "./handler-lanes.ts";
import { PreparedHandler } from "./prepared-handler.ts";
import { PumpLease } from "./pump-lease.ts";
import type { RunOutcome } from "./run-failures.ts";
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
  /** Runs that wait for services at once, and an upper bound of transactions of many runs, per lane: no lane takes another's. */
  readonly runsMax?: Readonly<Record<Lane, number>>;
  /** How long a worker may take for a run; after that, or when its process has ended, somebody else does it. Default 30 s. */
  readonly leaseMs?: number;
  /**
   * One process at a time turns the feed into work, and one sends messages. After its end, or that of its lease, another one does.
   * Default 3 s.
   */
  readonly pumpLeaseMs?: number;
  /** Messages that may wait for the log before handlers with sinks wait, too. Default 100,000. */
  readonly outboxWaitingMax?: number;
  readonly relay?: SinkRelayOptions;
  /** Told of every run of a handler's graph. */
  readonly onRun?: OnEndedRun;
  /** Told when the pump, a claimer or the relay cannot go on; all try again after a while. */
  readonly onTrouble?: (what: string, error: Error) => void;
}

export interface RunningHandlers {
  /** Runs by handler and outcome since the start. */
  readonly counts: ReadonlyMap<string, Readonly<Record<RunOutcome, number>>>;
  /** Whether this process turns the feed into work now; the others stand by. All of them work. */
  readonly isPumping: boolean;
  /** Whether this process sends the messages of handlers now. */
  readonly isRelaying: boolean;
  /** Prometheus text. What waits is as of the last look, at most 5 s ago. */
  metricsText(): string;
  /** Ends after the runs that are out. Messages that wait are sent by the next process. */
  stop(): Promise<void>;
}

const RUNS_MAX: Readonly<Record<Lane, number>> = { high: 8, medium: 4, low: 2 };
const BATCHES_MAX = 1_000;
const FEED_WAIT_MS = 100;
/** Of pulls: the changes between two share one, and their runs a transaction. Pulling is to leave most of the time to the runs. */
const FEED_PACE: PaceOptions = { everyMs: 30, workShare: 1 / 4, beatsMax: 4 };
const LEASE_MS = 30_000;
/** Of a run's lease, for its graph: the rest is for its commit. */
const GRAPH_SHARE = 0.8;
const PUMP_LEASE_MS = 3_000;
/** A pump that finishes no pull, and adds no piece of one, for so long is taken to hang: it loses its lease. */
const PUMP_STEP_MS_MAX = 60_000;
const TROUBLE_MS = 500;
const METRICS_MS = 5_000;
/** Between looks for claims of processes that have ended. */
const ABANDONED_MS = 1_000;
/** Between looks for work that other processes have added, or let go; our own pump tells. */
const LOOK_MS = 100;

/**
 * Runs handlers until stopped.
 *
 * @throws GraphError TENON1810 for handlers that cannot live beside each other, TENON1099 for a graph with mistakes
 */
export async function runHandlers<Joined>(options: RunHandlersOptions<Joined>): Promise<RunningHandlers> {
  const { handlers, repo, store, log, consumer, owner, resources = {}, clock = systemClock } = options;
  const { leaseMs = LEASE_MS, pumpLeaseMs = PUMP_LEASE_MS } = options;
  refuseWrongHandlers(handlers);
  refuseMissingLog(handlers, log);
  const circles = circlesOf(handlers);
  const prepared = handlers.map(
    (each) =>
      new PreparedHandler(each, {
        ...{ resources, clock, checkedShare: options.checkedShare ?? 0.01, epoch: options.epoch ?? 0 },
        onRun: options.onRun,
        ...{ runMsMax: leaseMs * GRAPH_SHARE, isInCircle: (circles.get(each.name)?.size ?? 0) > 0 },
      }),
  );
  const metrics = new HandlerMetrics(handlers.map(({ name }) => name));
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

  const sending = handlers.some(({ sinks }) => Object.keys(sinks).length > 0);
  const sinks =
    log !== undefined && sending
      ? new RunningSinks(store, log, {
          ...{ owner, clock, leaseMs: pumpLeaseMs, relay: options.relay ?? SINK_RELAY },
          waitingMax: options.outboxWaitingMax ?? WAITING_MAX,
        })
      : undefined;
  const lanes = new HandlerLanes({
    ...{ handlers: prepared, repo, store, clock, leaseMs, runsMax: options.runsMax ?? RUNS_MAX },
    mayRun: ({ handler }) => sinks?.hasRoom !== false || Object.keys(handler.sinks).length === 0,
    onEnd: ({ handler }, outcome, ms) => {
      metrics.ran(handler, outcome, ms);
    },
    onMessages: () => sinks?.ring(),
    onLeft: (work) => lanes.ring(work),
    onTrouble: (what, error) => options.onTrouble?.(what, error),
  });

  const lease = new PumpLease({
    ...{ leases: store.pumps, consumer, owner, clock, leaseMs: pumpLeaseMs, stepMsMax: PUMP_STEP_MS_MAX },
  });
  const pump = async (signal: AbortSignal) => {
    const claimed = await options.cursors.claim(consumer);
    const reader = await options.feed.open({ consumer, from: claimed.cursor ?? "oldest" });
    const pace = new Pace(clock, FEED_PACE);
    const opened = new FeedPump(
      {
        ...{ consumer, handlers, repo, cursors: options.cursors, store, circles, clock },
        ...{ batchesMax: BATCHES_MAX, waitMs: FEED_WAIT_MS },
        onAdded: (work) => {
          lease.stepped();
          lanes.ring(work);
        },
        onWorked: (ms) => pace.worked(ms),
      },
      reader,
      claimed,
    );
    try {
      while (!signal.aborted) {
        await pace.next(signal);
        await opened.step(signal);
        lease.stepped();
      }
    } finally {
      await opened.close();
    }
  };
  const loops = [
    untilStopped("feed", async () => {
      const wasHeld = await lease.during(stop.signal, pump);
      if (!wasHeld) await bell.wait(lease.beatMs, stop.signal);
    }),
    ...lanes.steps(stop.signal).map(({ what, step }) => untilStopped(what, step)),
    untilStopped("work", async () => {
      await lanes.look();
      await bell.wait(LOOK_MS, stop.signal);
    }),
    untilStopped("abandoned work", async () => {
      await store.endAbandoned(handlers.map(({ name }) => name));
      await bell.wait(ABANDONED_MS, stop.signal);
    }),
    untilStopped("metrics", async () => {
      metrics.work = await store.status();
      metrics.outbox = await store.sinks.status();
      await bell.wait(METRICS_MS, stop.signal);
    }),
    ...(sinks === undefined
      ? []
      : [
          untilStopped("messages", () => sinks.relay(stop.signal)),
          untilStopped("outbox", () => sinks.look(stop.signal)),
        ]),
  ];

  return {
    counts: metrics.counts,
    get isPumping() {
      return lease.isHeld;
    },
    get isRelaying() {
      return sinks?.isRelaying ?? false;
    },
    metricsText: () =>
      metrics.text({
        ...{ isPumping: lease.isHeld, isRelaying: sinks?.isRelaying ?? false, isOutboxFull: sinks?.hasRoom === false },
        ...{ sent: sinks?.sent ?? new Map(), relayFailures: sinks?.failures ?? 0 },
      }),
    stop: async () => {
      stop.abort();
      await Promise.all(loops);
      await lanes.drained();
    },
  };
}
