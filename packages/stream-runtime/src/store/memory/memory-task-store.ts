/** The task store in memory: the model that the Postgres binding is held against, and the store of simulations. */
import type { HostClock } from "@tenon/graph-core";
import type { Lane } from "../../task/lane.ts";
import { streamError } from "../../task/stream-error.ts";
import { byText } from "../../text-order.ts";
import type { WindowRow } from "../../window/fold-plan.ts";
import { changedAggregates, unknownTask } from "../store-errors.ts";
import type { StoreMutant } from "../store-mutant.ts";
import type {
  BatchCommit,
  Claim,
  CommitOutcome,
  Control,
  Holdings,
  OutboxRow,
  ParkedChoice,
  ParkedRecord,
  ParkedRow,
  PartitionTime,
  StateRow,
  Stop,
  StoredTask,
  TaskOperations,
  TaskPartition,
  TaskStatus,
  TaskStore,
} from "../task-store.ts";
import { applyBatch, type Partition, startAnew, unclaimed, windowKey } from "./memory-partition.ts";

interface KnownTask {
  readonly layout: string;
  readonly source: string;
}

/** Where a commit may be made to fail, for fault tests: the store says what a crash there leaves behind. */
export type CommitFault = "before" | "after" | undefined;

export interface MemoryTaskStoreOptions {
  readonly clock: Pick<HostClock, "nowMs">;
  /** Takes write sets; part of the same commit. */
  readonly write?: (writeSets: readonly unknown[], lane: Lane) => void;
  /** Asked per commit: fail it without effect, or after it took effect, as a lost connection would. */
  readonly fault?: (batch: BatchCommit) => CommitFault;
  /** Breaks the protocol in one place, so that a test can show that it would be noticed. */
  readonly mutant?: StoreMutant;
}

export class MemoryTaskStore implements TaskStore, TaskOperations {
  readonly #options: MemoryTaskStoreOptions;
  readonly #partitions = new Map<string, Partition>();
  readonly #paused = new Set<string>();
  readonly #tasks = new Map<string, KnownTask>();
  /** Ids of every outbox row ever made → who made it: none comes twice, unless its maker was rewound. */
  readonly #recordIds = new Map<string, Partition>();

  constructor(options: MemoryTaskStoreOptions) {
    this.#options = options;
  }

  async prepare(tasks: readonly StoredTask[]): Promise<void> {
    for (const { name, source, window } of tasks) {
      const layout = JSON.stringify(window ?? null);
      const stored = this.#tasks.get(name)?.layout;
      if (stored !== undefined && stored !== layout) throw changedAggregates(name, stored, layout);
      this.#tasks.set(name, { layout, source });
    }
  }

  async claim(at: TaskPartition, owner: string): Promise<Claim> {
    const partition = this.#partition(at);
    partition.epoch++;
    partition.owner = owner;
    partition.resting = false;
    const { epoch, next, watermarkMs, outboxSeq, inbox } = partition;
    return { epoch, next, watermarkMs, outboxSeq, inbox: { ...inbox } };
  }

  async state(at: TaskPartition, keys: readonly string[]): Promise<readonly StateRow[]> {
    const { state } = this.#partition(at);
    return keys.flatMap((key) => (state.has(key) ? [{ key, value: state.get(key) as string }] : []));
  }

  async windows(at: TaskPartition, endAfterMs: number): Promise<readonly WindowRow[]> {
    return [...this.#partition(at).windows.values()].filter(({ startMs, sizeMs }) => startMs + sizeMs > endAfterMs);
  }

  commit(batch: BatchCommit): Promise<CommitOutcome> {
    return this.commitTogether([batch]);
  }

  async commitTogether(batches: readonly BatchCommit[]): Promise<CommitOutcome> {
    const { mutant, write } = this.#options;
    const fault = batches.map((batch) => this.#options.fault?.(batch)).find((each) => each !== undefined);
    const isFenced = batches.some((batch) => {
      const { epoch, next = batch.start } = this.#partition(batch);
      return epoch !== batch.epoch || next !== batch.start;
    });
    if (fault === "before") {
      if (mutant === "offsetFirst" && !isFenced) for (const batch of batches) this.#partition(batch).next = batch.end;
      throw connectionLost();
    }
    if (isFenced && !mutant?.startsWith("noFence")) return "fenced";
    // Whatever refuses the whole comes before anything of it is kept.
    if (mutant !== "noFenceNorUnique") this.#requireNewIds(batches);
    const [first] = batches;
    const writes = batches.flatMap((batch) => batch.writes);
    if (first !== undefined) write?.(writes, first.lane);
    for (const batch of batches) this.#apply(this.#partition(batch), batch);
    if (fault === "after") throw connectionLost();
    return "committed";
  }

  async control(at: TaskPartition): Promise<Control> {
    const { epoch, owner, parked, resting } = this.#partition(at);
    const hasRetries = [...parked.values()].some(({ isRetried }) => isRetried);
    return { epoch, owner, paused: this.#paused.has(at.task), hasRetries, resting };
  }

  async rest(at: TaskPartition, epoch: number): Promise<void> {
    const partition = this.#partition(at);
    if (partition.epoch === epoch && this.#paused.has(at.task)) partition.resting = true;
  }

  async noteStop(at: TaskPartition, stop: Stop): Promise<void> {
    const partition = this.#partition(at);
    if ((partition.stopped?.epoch ?? 0) > stop.epoch) return;
    partition.stopped = { ...stop, atMs: this.#options.clock.nowMs() };
  }

  async times(task: string): Promise<readonly PartitionTime[]> {
    return this.#of(task).map(({ partition, watermarkMs, movedAtMs }) => ({
      partition,
      watermarkMs,
      quietMs: this.#options.clock.nowMs() - movedAtMs,
    }));
  }

  async outbox(at: TaskPartition, afterSeq: number, rowsMax: number): Promise<readonly OutboxRow[]> {
    return this.#partition(at)
      .outbox.filter(({ seq }) => seq > afterSeq)
      .slice(0, rowsMax)
      .map(({ madeAtMs: _, ...row }) => row);
  }

  async relayed(at: TaskPartition, upToSeq: number): Promise<void> {
    const partition = this.#partition(at);
    partition.outbox = partition.outbox.filter(({ seq }) => seq > upToSeq);
  }

  async retries(at: TaskPartition, rowsMax: number): Promise<readonly (ParkedRow & TaskPartition)[]> {
    const marked = [...this.#partition(at).parked.values()].filter(({ isRetried }) => isRetried);
    return marked.slice(0, rowsMax).map(({ isRetried: _, parkedAtMs: __, ...row }) => ({ ...row, ...at }));
  }

  async close(): Promise<void> {}

  async status(): Promise<readonly TaskStatus[]> {
    const nowMs = this.#options.clock.nowMs();
    return [...this.#partitions.values()].map((each) => ({
      task: each.task,
      partition: each.partition,
      source: this.#tasks.get(each.task)?.source ?? "",
      epoch: each.epoch,
      next: each.next ?? 0,
      watermarkMs: each.watermarkMs,
      paused: this.#paused.has(each.task),
      resting: each.resting,
      owner: each.owner,
      quietMs: nowMs - each.movedAtMs,
      outboxPending: each.outbox.length,
      outboxAgeMs: nowMs - (each.outbox[0]?.madeAtMs ?? nowMs),
      parked: each.parked.size,
      stopped: each.stopped,
    }));
  }

  async pause(task: string, paused: boolean): Promise<void> {
    this.#require(task);
    if (paused) this.#paused.add(task);
    else this.#paused.delete(task);
    for (const each of this.#of(task)) each.resting = false;
  }

  async parked(task: string): Promise<readonly ParkedRecord[]> {
    return this.#of(task).flatMap(({ parked, partition }) =>
      [...parked.values()]
        .sort((one, other) => one.offset - other.offset)
        .map(({ isRetried, ...row }) => ({ ...row, task, partition, wantsRetry: isRetried })),
    );
  }

  async holdings(task: string): Promise<readonly Holdings[]> {
    this.#require(task);
    return this.#of(task).map(({ partition, state, windows, parked, outbox }) => ({
      ...{ task, partition, stateKeys: state.size, windowRows: windows.size },
      ...{ parked: parked.size, outboxPending: outbox.length },
    }));
  }

  async retryParked(task: string, { offsets, partition: only }: ParkedChoice): Promise<number> {
    this.#require(task);
    let marked = 0;
    for (const { parked, partition } of this.#of(task)) {
      if (only !== undefined && partition !== only) continue;
      for (const row of parked.values()) {
        if (row.isRetried || (offsets !== "all" && !offsets.includes(row.offset))) continue;
        row.isRetried = true;
        marked++;
      }
    }
    return marked;
  }

  async rewind(task: string, next: Readonly<Record<number, number>>): Promise<void> {
    this.#require(task);
    for (const partition of this.#of(task)) {
      const target = next[partition.partition];
      if (target === undefined) continue;
      for (const [id, maker] of this.#recordIds) if (maker === partition) this.#recordIds.delete(id);
      startAnew(partition, target);
    }
  }

  /** Number of the last message that was committed. */
  outboxSeq(at: TaskPartition): number {
    return this.#partition(at).outboxSeq;
  }

  /** Every row of a task's windows and state, in order: what tests compare between bindings. */
  dump(task: string): { readonly windows: readonly WindowRow[]; readonly state: readonly StateRow[] } {
    const all = this.#of(task);
    const windows = all.flatMap((each) => [...each.windows.values()]);
    const state = all.flatMap((each) => [...each.state].map(([key, value]) => ({ key, value })));
    return {
      windows: windows.sort((one, other) => byText(windowKey(one), windowKey(other))),
      state: state.sort((one, other) => byText(one.key, other.key)),
    };
  }

  #requireNewIds(batches: readonly BatchCommit[]): void {
    const given = new Set(batches.flatMap((batch) => this.#partition(batch).outbox.map(({ recordId }) => recordId)));
    for (const { recordId } of batches.flatMap(({ outbox }) => outbox)) {
      if (this.#recordIds.has(recordId) || given.has(recordId))
        throw new Error(`record id "${recordId}" was given twice`);
      given.add(recordId);
    }
  }

  #apply(partition: Partition, batch: BatchCommit): void {
    for (const { recordId } of batch.outbox) this.#recordIds.set(recordId, partition);
    applyBatch(partition, batch, this.#options.clock.nowMs());
  }

  #of(task: string): readonly Partition[] {
    return [...this.#partitions.values()].filter((each) => each.task === task);
  }

  #require(task: string): void {
    if (this.#tasks.has(task)) return;
    throw unknownTask(task, [...this.#tasks.keys()]);
  }

  #partition({ task, partition }: TaskPartition): Partition {
    const key = `${task}/${partition}`;
    const known = this.#partitions.get(key);
    if (known !== undefined) return known;
    const made = unclaimed({ task, partition }, this.#options.clock.nowMs());
    this.#partitions.set(key, made);
    return made;
  }
}

function connectionLost(): Error {
  return streamError("stuck", "the connection was lost while committing", {
    hint: "the outcome is read back by claiming again",
  });
}
