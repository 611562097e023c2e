/**
 * How long a change takes from its source to each stage, counted where this process makes the stage's result real.
 *
 * Messages of the pipeline carry the time of their source as their own, so nothing is decoded for it. Clocks of two machines are
 * compared: what is below zero counts as zero. A document that is derived again because of a refresh, not of a change, counts
 * with the age of its source.
 */
import type { EventLog, NewRecord } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import { Histogram, type MetricFamily } from "@tenon/http-host";
import {
  DroppedUpdates,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  IndexDeltas,
  RejectedUpdates,
  ServingControl,
  SOURCE_TIME_UNKNOWN,
  SourceChanges,
} from "@tenon/nodes";
import type { Transaction } from "@tenon/postgres";
import type { Repo, WriteResult, WriteSet } from "@tenon/storage-repo/api";

/** Upper bounds, s: control data should be served within ten, and pages at sixty; content at an hour and six. */
const BOUNDS_S = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300, 3_600, 21_600, 86_400];

const STAGE_OF_TOPIC: Readonly<Record<string, string>> = {
  [SourceChanges.name]: "log",
  [EntityUpdatesHigh.name]: "updates-high",
  [EntityUpdatesMedium.name]: "updates-medium",
  [EntityUpdatesLow.name]: "updates-low",
  [ServingControl.name]: "serving-control",
  [IndexDeltas.name]: "deltas",
};
const DROP_OF_TOPIC: Readonly<Record<string, string>> = {
  [RejectedUpdates.name]: "rejected",
  [DroppedUpdates.name]: "onCommand",
};
const SOURCE_TIME = /^(?:.*S|s)ourceAtMs$/;

export class StageLatency {
  readonly #clock: HostClock;
  readonly #stages = new Map<string, Histogram>();
  readonly #drops = new Map<string, number>(
    [...Object.values(DROP_OF_TOPIC), "stale", "repeated", "conflict"].map((reason) => [reason, 0]),
  );

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  /** The log as it was, with what this process appends counted once it is there. */
  measured(log: EventLog): EventLog {
    return {
      binding: log.binding,
      append: async (records) => {
        const placed = await log.append(records);
        for (const record of records) this.#appended(record);
        return placed;
      },
      createTopics: (topics) => log.createTopics(topics),
      offsets: (topic) => log.offsets(topic),
      read: (options) => log.read(options),
      join: (options) => log.join(options),
      trim: (partition, beforeOffset) => log.trim(partition, beforeOffset),
      topics: () => log.topics(),
      close: () => log.close(),
    };
  }

  /** The repository as it was for the updater, with rows counted as they are written, which is just before their commit. */
  measuredWrites(repo: Pick<Repo<Transaction>, "write">): Pick<Repo<Transaction>, "write"> {
    return {
      write: async (tx, writeSet, options) => {
        const result = await repo.write(tx, writeSet, options);
        this.#written(writeSet, result);
        return result;
      },
    };
  }

  families(): readonly MetricFamily[] {
    return [
      {
        name: "tenon_index_stage_latency_seconds",
        type: "histogram",
        help: "From the commit at the source to the stage's result, by stage.",
        samples: [...this.#stages].flatMap(([stage, histogram]) => histogram.samples({ stage })),
      },
      {
        name: "tenon_index_dropped_total",
        type: "counter",
        help: "Updates of this process that changed nothing, by reason; dead letters are tenon_stream_dead_letters_total.",
        samples: [...this.#drops].map(([reason, value]) => ({ labels: { reason }, value })),
      },
    ];
  }

  #appended({ topic, timeMs }: NewRecord): void {
    const stage = STAGE_OF_TOPIC[topic];
    if (stage !== undefined) this.#passed(stage, timeMs);
    const reason = DROP_OF_TOPIC[topic];
    if (reason !== undefined) this.#dropped(reason, 1);
  }

  #written(writeSet: WriteSet, { stale, repeated, conflicts }: WriteResult): void {
    for (const { groups = {} } of Object.values(writeSet))
      for (const { columns } of Object.values(groups).flatMap((writes) => writes ?? [])) {
        const [, sourceAtMs] = Object.entries(columns).find(([name]) => SOURCE_TIME.test(name)) ?? [];
        if (typeof sourceAtMs === "number") this.#passed("rows", sourceAtMs);
      }
    this.#dropped("stale", stale);
    this.#dropped("repeated", repeated);
    this.#dropped("conflict", conflicts.length);
  }

  #passed(stage: string, sourceAtMs: number): void {
    if (sourceAtMs === SOURCE_TIME_UNKNOWN) return;
    const histogram = this.#stages.get(stage) ?? new Histogram(BOUNDS_S);
    this.#stages.set(stage, histogram);
    histogram.add(Math.max(0, this.#clock.nowMs() - sourceAtMs) / 1_000);
  }

  #dropped(reason: string, count: number): void {
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + count);
  }
}
