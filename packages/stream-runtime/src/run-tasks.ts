import type { EventLog } from "@tenon/event-log/api";
import { type Binding, type HostClock, systemClock } from "@tenon/graph-core";
import type { OnEndedRun } from "./observe/ended-run.ts";
import { type PartitionMetrics, streamMetricsText } from "./observe/partition-metrics.ts";
import type { TaskStore } from "./store/task-store.ts";
import { refuseWrongSet } from "./task/check-task.ts";
import type { Lane } from "./task/lane.ts";
import type { Task } from "./task/task.ts";
import { isNumeric } from "./window/aggregate.ts";
import { BATCH_BOUNDS, type BatchBounds } from "./worker/batch-size.ts";
import { CommitGroup } from "./worker/commit-group.ts";
import type { FaultPoints } from "./worker/fault-points.ts";
import { GraphRuns } from "./worker/graph-runs.ts";
import { LAG_MONITOR, LagMonitor, type LagMonitorOptions } from "./worker/lag-monitor.ts";
import { LANE_GATE, LaneGate, type LaneGateOptions } from "./worker/lane-gate.ts";
import { RELAY, type RelayOptions } from "./worker/relay.ts";
import { TaskMember } from "./worker/task-member.ts";

export interface RunTasksOptions {
  readonly tasks: readonly Task[];
  readonly log: EventLog;
  readonly store: TaskStore;
  /** Names this process among the owners of partitions. */
  readonly owner: string;
  /** One binding per resource that the tasks' graphs use. */
  readonly resources?: Readonly<Record<string, Binding>>;
  readonly clock?: HostClock;
  /** Share of runs that are fully checked; 1 in development. Default 0.01. */
  readonly checkedShare?: number;
  readonly lanes?: LaneGateOptions;
  readonly batch?: Readonly<Partial<Record<Lane, BatchBounds>>>;
  /** Between the beginnings of two rounds of a partition that is not behind, ms. Default 0: as soon as there is something. */
  readonly roundMs?: Readonly<Partial<Record<Lane, number>>>;
  readonly relay?: RelayOptions;
  /** Told when a partition is halted, or a task cannot go on. The rest continues. */
  readonly onHalted?: (task: Task, error: Error) => void;
  /** Told of a partition that has work and does not move (TENON1805). End the process then: another one goes on. */
  readonly onStuck?: (task: Task, error: Error) => void;
  /** Told of every run of a task's graph. */
  readonly onRun?: OnEndedRun;
  readonly lag?: LagMonitorOptions;
  readonly faults?: FaultPoints;
}

export interface RunningTasks {
  readonly metrics: readonly PartitionMetrics[];
  /** Prometheus text. */
  metricsText(): string;
  /** Drains what is at hand, commits it, and leaves every group. */
  stop(): Promise<void>;
}

/** Keys of one partition whose runs may be out at once. */
const KEYS_MAX = 64;
const PULL_WAIT_MS = 100;
const CONTROL_MS = 1_000;
const RETRIES_MAX = 100;
const MEMBER = { queueRecordsMax: 40_000, queueBytesMax: 16 * 2 ** 20, drainMs: 10_000, rejoinsMax: 8, backOffMs: 50 };

/**
 * Runs tasks until stopped: joins a group per task, and works on the partitions it is given.
 *
 * @throws GraphError TENON1800 for tasks that cannot live beside each other or no longer fit what is stored; TENON1099 for a
 *   graph with mistakes
 */
export async function runTasks(options: RunTasksOptions): Promise<RunningTasks> {
  const { tasks, log, store, owner, resources = {}, clock = systemClock, checkedShare = 0.01, faults } = options;
  refuseWrongSet(tasks);
  await store.prepare(tasks.map(storedTask));
  const gate = new LaneGate(clock, options.lanes ?? LANE_GATE);
  const members = tasks.map((task) => {
    const runs = new GraphRuns(task, { resources, clock, checkedShare, keysMax: KEYS_MAX, onRun: options.onRun });
    const batch = options.batch?.[task.lane] ?? BATCH_BOUNDS[task.lane];
    const commits = new CommitGroup(store, clock, { records: batch.recordsMax, bytes: batch.bytesMax });
    const worker = {
      batch,
      relay: options.relay ?? RELAY,
      pullWaitMs: PULL_WAIT_MS,
      controlMs: CONTROL_MS,
      retriesMax: RETRIES_MAX,
      roundMs: options.roundMs?.[task.lane] ?? 0,
    };
    const context = { task, owner, log, store, clock, gate, commits, runs, options: worker, faults };
    return new TaskMember(context, MEMBER, (error) => options.onHalted?.(task, error));
  });
  const watched = () => members.map((member, index) => ({ task: tasks[index] as Task, metrics: member.metrics }));
  const onStuck = (task: Task, error: Error) => options.onStuck?.(task, error);
  const monitor = new LagMonitor(log, clock, options.lag ?? LAG_MONITOR, watched, onStuck);
  await Promise.all(members.map((member) => member.join()));
  monitor.start();
  const metrics = () => members.flatMap((member) => member.metrics);
  return {
    get metrics() {
      return metrics();
    },
    metricsText: () => streamMetricsText(metrics(), clock.nowMs()),
    stop: async () => {
      await monitor.stop();
      await Promise.all(members.map((member) => member.leave()));
    },
  };
}

function storedTask({ name, source, window }: Task) {
  const aggregates = window && Object.entries(window.aggregates);
  return {
    name,
    source: source.name,
    window:
      aggregates &&
      Object.fromEntries(
        aggregates.map(([each, kind]) => [each, isNumeric(kind) ? ("number" as const) : ("map" as const)]),
      ),
  };
}
