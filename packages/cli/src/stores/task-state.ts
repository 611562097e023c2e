/** How every partition of every task stands: what the store says, beside what the log says. */
import { type EventLog, type Lag, measureLag, type PartitionOffsets } from "@tenon/event-log/api";
import type { ParkedRecord, PostgresOperations, TaskStatus } from "@tenon/stream-runtime";

/**
 * `unclaimed`: no worker has had it. `halted`: its last worker gave it up, and nobody has claimed it since. `resting`: paused,
 * with everything committed and sent. `claimed`: anything else; whether its worker lives shows in lag and quiet.
 */
type PartitionWord = "unclaimed" | "halted" | "paused" | "resting" | "claimed";

export interface PartitionState {
  readonly partition: number;
  readonly state: PartitionWord;
  readonly owner: string;
  readonly epoch: number;
  readonly next: number;
  /** `undefined` where the log does not have the partition, or was not asked. */
  readonly lag: number | undefined;
  readonly lagMs: number | undefined;
  readonly watermarkMs: number | undefined;
  /** Since the last commit, or the first claim. */
  readonly quietMs: number | undefined;
  readonly outboxPending: number;
  readonly outboxAgeMs: number;
  readonly parked: number;
  readonly stopped: TaskStatus["stopped"];
}

export interface TaskState {
  readonly task: string;
  readonly source: string;
  readonly paused: boolean;
  readonly partitions: readonly PartitionState[];
  readonly parkedReasons: readonly ParkedReason[];
}

/** Parked records that failed of the same. */
interface ParkedReason {
  readonly code: string;
  readonly reason: string;
  readonly owner: string;
  readonly records: number;
}

/** @param log `undefined` where there is none: then lag is unknown */
export async function taskStates(
  operations: PostgresOperations,
  log: EventLog | undefined,
  nowMs: number,
): Promise<readonly TaskState[]> {
  const byTask = Map.groupBy(await operations.status(), ({ task }) => task);
  const topics = new Set((await log?.topics())?.map(({ topic }) => topic));
  const states: TaskState[] = [];
  for (const [task, own] of byTask) {
    const { source = "", paused = false } = own[0] ?? {};
    const isKnown = log !== undefined && topics.has(source);
    const offsets = isKnown ? await log.offsets(source) : [];
    const positions = own.map(({ partition, next }) => ({ topic: source, partition, nextOffset: next }));
    const lags = isKnown ? await measureLag(log, positions, nowMs) : [];
    const claimed = own.map((each) => partitionState(each, lags));
    const unclaimed = offsets.filter(({ partition }) => !own.some((each) => each.partition === partition));
    const hasParked = own.some(({ parked }) => parked > 0);
    states.push({
      ...{ task, source, paused },
      partitions: [...claimed, ...unclaimed.map(unclaimedState)].sort((one, other) => one.partition - other.partition),
      parkedReasons: hasParked ? reasonsOf(await operations.parked(task)) : [],
    });
  }
  return states;
}

function partitionState(status: TaskStatus, lags: readonly Lag[]): PartitionState {
  const { partition, owner, epoch, next, watermarkMs, quietMs, outboxPending, outboxAgeMs, parked, stopped } = status;
  const lag = lags.find((each) => each.partition === partition);
  return {
    ...{ partition, state: wordOf(status), owner, epoch, next, lag: lag?.offsets, lagMs: lag?.ageMs },
    watermarkMs: Number.isFinite(watermarkMs) ? watermarkMs : undefined,
    quietMs: Math.round(quietMs),
    ...{ outboxPending, outboxAgeMs: Math.round(outboxAgeMs), parked, stopped },
  };
}

function wordOf({ paused, resting, epoch, stopped }: TaskStatus): PartitionWord {
  if (stopped?.kind === "halted" && stopped.epoch === epoch) return "halted";
  if (!paused) return "claimed";
  return resting ? "resting" : "paused";
}

function unclaimedState({ partition, earliest, end }: PartitionOffsets): PartitionState {
  return {
    ...{ partition, state: "unclaimed", owner: "", epoch: 0, next: earliest, lag: end - earliest, lagMs: undefined },
    ...{ watermarkMs: undefined, quietMs: undefined, outboxPending: 0, outboxAgeMs: 0, parked: 0, stopped: undefined },
  };
}

/** The most frequent first. */
function reasonsOf(parked: readonly ParkedRecord[]): readonly ParkedReason[] {
  const groups = Map.groupBy(parked, ({ code, reason, owner }) => JSON.stringify([code, owner, reason]));
  return [...groups.values()]
    .map((records) => {
      const { code = "", reason = "", owner = "" } = records[0] ?? {};
      return { code, reason, owner, records: records.length };
    })
    .sort((one, other) => other.records - one.records);
}
