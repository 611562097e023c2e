/** Looks how far each partition is behind, and finds those that stopped without saying so. */
import { type EventLog, measureLag, Watchdog } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import type { PartitionMetrics } from "../observe/partition-metrics.ts";
import { streamError } from "../task/stream-error.ts";
import type { Task } from "../task/task.ts";

export interface LagMonitorOptions {
  readonly everyMs: number;
  /** A running partition that has work and does not move for this long is stuck. */
  readonly stuckAfterMs: number;
}

export const LAG_MONITOR: LagMonitorOptions = { everyMs: 5_000, stuckAfterMs: 60_000 };

/** A task with the metrics of its partitions in this process. */
interface Watched {
  readonly task: Task;
  readonly metrics: readonly PartitionMetrics[];
}

export class LagMonitor {
  readonly #log: EventLog;
  readonly #clock: HostClock;
  readonly #options: LagMonitorOptions;
  readonly #watched: () => readonly Watched[];
  readonly #onStuck: (task: Task, error: Error) => void;
  readonly #dogs = new Map<string, Watchdog>();
  #cancel: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    log: EventLog,
    clock: HostClock,
    options: LagMonitorOptions,
    watched: () => readonly Watched[],
    onStuck: (task: Task, error: Error) => void,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#options = options;
    this.#watched = watched;
    this.#onStuck = onStuck;
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#options.everyMs, () => {
      // A log that does not answer shows in the age of the figures; the next look asks again.
      this.#looking = this.look()
        .catch(() => undefined)
        .then(() => {
          if (this.#cancel !== undefined) this.start();
        });
    });
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#looking;
  }

  /** One look at every partition that is worked on. */
  async look(): Promise<void> {
    for (const { task, metrics } of this.#watched()) {
      const running = metrics.filter(({ state }) => state === "running");
      if (running.length === 0) continue;
      const topic = task.source.name;
      const positions = running.map(({ partition, next }) => ({ topic, partition, nextOffset: next }));
      const lags = await measureLag(this.#log, positions, this.#clock.nowMs());
      for (const each of running) {
        const lag = lags.find(({ partition }) => partition === each.partition);
        each.end = each.next + (lag?.offsets ?? 0);
        each.oldestWaitingMs = lag?.ageMs ?? 0;
        this.#judge(task, each);
      }
    }
  }

  #judge(task: Task, { partition, next, end }: PartitionMetrics): void {
    const dog = this.#dogs.get(task.name) ?? new Watchdog(this.#options);
    this.#dogs.set(task.name, dog);
    const at = { topic: task.source.name, partition, nextOffset: next, end };
    const stuck = dog.observe(at, this.#clock.monotonicMs());
    if (stuck === undefined) return;
    dog.forget(at);
    const message = `partition ${partition} of task "${task.name}" stands still: ${stuck.lagOffsets} records wait, none was processed for ${Math.round(stuck.stuckMs)} ms`;
    this.#onStuck(
      task,
      streamError("stuck", message, {
        owner: task.owner,
        detail: `it stands at offset ${next} of "${task.source.name}"`,
        hint: "end this process: another one takes its partitions, and goes on from the last commit",
      }),
    );
  }
}
