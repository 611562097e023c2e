/**
 * One partition of a task: claim, pull, build, commit, relay, until it is drained, lost or halted.
 *
 * P1 Work starts with a claim and ends with the claim's last commit; nothing in memory outlives either.
 * P2 At most one commit is out. The next batch may be built meanwhile, and is thrown away when that commit fails.
 * P3 A message reaches the log only after the commit that holds it.
 * P4 The first batch begins when the outbox of earlier owners is empty.
 */
import type { EventLog, LogRecord, Member, TopicPartition } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import type { PartitionMetrics } from "../observe/partition-metrics.ts";
import type { TaskPartition, TaskStore } from "../store/task-store.ts";
import { isFenced } from "../task/stream-error.ts";
import type { Task } from "../task/task.ts";
import { BatchBuilder, type BuiltBatch } from "./batch-builder.ts";
import { type BatchBounds, BatchSize } from "./batch-size.ts";
import type { BatchAmount, CommitGroup } from "./commit-group.ts";
import type { FaultPoint, FaultPoints } from "./fault-points.ts";
import type { GraphRuns } from "./graph-runs.ts";
import type { LaneGate } from "./lane-gate.ts";
import { Pace } from "./pace.ts";
import { PartitionControl } from "./partition-control.ts";
import { ProgressReports } from "./progress-reports.ts";
import { Relay, type RelayOptions } from "./relay.ts";
import { codeOf, inputGone, lostPartition, refusedCommit, stopOf } from "./stop-reasons.ts";

export interface WorkerOptions {
  readonly batch: BatchBounds;
  readonly relay: RelayOptions;
  /** How long an empty pull waits. */
  readonly pullWaitMs: number;
  /** How often operators' wishes are looked up. */
  readonly controlMs: number;
  /** Parked records tried again in one batch. */
  readonly retriesMax: number;
  /** Between the beginnings of two rounds of a partition that is not behind; 0: as soon as there is something. */
  readonly roundMs: number;
}

export interface WorkerContext {
  readonly task: Task;
  readonly owner: string;
  readonly log: EventLog;
  readonly store: TaskStore;
  readonly clock: HostClock;
  readonly gate: LaneGate;
  /** Of all partitions of the task in this process. */
  readonly commits: CommitGroup;
  readonly runs: GraphRuns;
  readonly options: WorkerOptions;
  readonly faults: FaultPoints | undefined;
  /** The worker has ended by itself: fenced, halted, or failed. */
  readonly onEnded: (worker: PartitionWorker, error: Error) => void;
}

/** The log has given the partition to somebody else: nothing went wrong. */
const HANDED_OVER = "TENON1556";

export class PartitionWorker {
  readonly at: TaskPartition;
  readonly metrics: PartitionMetrics;
  readonly #context: WorkerContext;
  readonly #source: TopicPartition;
  readonly #size: BatchSize;
  readonly #stop = new AbortController();
  #builder: BatchBuilder | undefined;
  #relay: Relay | undefined;
  #control: PartitionControl | undefined;
  #progress: ProgressReports | undefined;
  #committing: Promise<void> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();
  #failed: Error | undefined;
  #movedAtMs: number;
  #hasCommitted = false;
  #epoch = 0;

  /** `metrics` go on from the partition's last claim in this process. */
  constructor(context: WorkerContext, partition: number, metrics: PartitionMetrics) {
    this.#context = context;
    this.metrics = metrics;
    this.at = { task: context.task.name, partition };
    this.#source = { topic: context.task.source.name, partition };
    this.#size = new BatchSize(context.options.batch);
    this.#movedAtMs = context.clock.monotonicMs();
  }

  /** Whether anything was committed since the claim. */
  get hasCommitted(): boolean {
    return this.#hasCommitted;
  }

  /** Takes the partition over. Resolves with the offset to read from; halts where records before it are gone (TENON1802). */
  async claim(): Promise<number> {
    const { task, owner, log, store, clock, runs, options, faults } = this.#context;
    const claim = await store.claim(this.at, owner);
    this.#epoch = claim.epoch;
    const offsets = await log.offsets(task.source.name);
    const earliest = offsets.find(({ partition }) => partition === this.at.partition)?.earliest ?? 0;
    const next = claim.next ?? earliest;
    this.metrics.next = next;
    if (next < earliest) {
      this.#fail(inputGone(task, this.at.partition, { next, earliest }));
      return earliest;
    }
    this.#control = new PartitionControl({
      ...{ task, at: this.at, store, clock, owner, epoch: claim.epoch, everyMs: options.controlMs },
    });
    this.#relay = new Relay(this.at, {
      log,
      store,
      clock,
      options: options.relay,
      faults,
      onFailed: (error) => this.#fail(error),
    });
    await this.#relay.resume();
    const takesRepeats = faults?.breaks?.("takeOnce") === true;
    this.#builder = await BatchBuilder.open({ task, at: this.at, claim, next, runs, store, takesRepeats });
    this.metrics.state = "running";
    return next;
  }

  /** Begins to pull. */
  start(member: Member): void {
    if (this.#failed !== undefined) return;
    this.#progress = new ProgressReports(this.#context.clock, (next) => member.report(this.#source, next));
    this.#loop = this.#work(member).then(
      () => undefined,
      (error: Error) => this.#fail(error),
    );
  }

  /** Finishes the batch at hand and its commit, then stops. */
  async drain(): Promise<void> {
    this.#stop.abort();
    if (this.#context.faults?.breaks?.("drainBeforeRelease") === true) return;
    await this.#loop;
    await this.#committing.catch(() => undefined);
    await this.#relay?.stop();
    await this.#relay?.settle().catch(() => undefined);
    if (this.metrics.state !== "halted") this.metrics.state = "stopped";
  }

  /** Stops without a further commit: the partition may be somebody else's already. */
  abandon(): void {
    this.#failed ??= lostPartition(this.at);
    this.#stop.abort();
    void this.#relay?.stop();
    this.metrics.state = "stopped";
  }

  async #work(member: Member): Promise<void> {
    const { signal } = this.#stop;
    const { clock, options } = this.#context;
    const pace = new Pace(clock, { everyMs: options.roundMs });
    const control = this.#control as PartitionControl;
    await this.#sendLeftovers();
    while (!signal.aborted) {
      await this.#relay?.hasRoom();
      const isPaused = await control.isPaused();
      if (signal.aborted) break;
      this.metrics.state = isPaused ? "paused" : "running";
      if (isPaused) {
        await this.#rest(control);
        await this.#sleep(this.#context.options.controlMs);
        continue;
      }
      // A backlog is worked off without a break.
      if (!this.#size.isBehind) await pace.next(signal);
      const records = await this.#pull(member, control);
      const retries = control.hasRetries ? await this.#retries(control) : [];
      if (signal.aborted && records.length === 0) break;
      if (records.length === 0 && retries.length === 0) await this.#idle(control);
      else await this.#process(records, retries);
    }
    await this.#committing;
    await this.#progress?.settle(this.metrics.next);
    if (this.#failed !== undefined) throw this.#failed;
  }

  /**
   * What earlier owners have left in the outbox goes to the log, and out of the outbox, before the first batch: after a rewind
   * that batch makes messages with the same ids, which the store takes once at a time.
   */
  async #sendLeftovers(): Promise<void> {
    const relay = this.#relay as Relay;
    const { signal } = this.#stop;
    const stop = () => void relay.stop();
    signal.addEventListener("abort", stop, { once: true });
    await relay.drained();
    signal.removeEventListener("abort", stop);
    await relay.settle();
  }

  async #pull(member: Member, { hasRetries }: PartitionControl): Promise<readonly LogRecord[]> {
    const { recordsMax, bytesMax } = this.#size;
    if (!this.#size.isBehind) await this.#committing;
    const { signal } = this.#stop;
    // The partition may be this member's again, with another worker: its records are not ours to take.
    if (signal.aborted) return [];
    const waitMs = hasRetries ? 0 : this.#context.options.pullWaitMs;
    const pulled = member.pull(this.#source, { recordsMax, bytesMax, waitMs, signal });
    const records = await pulled.catch((error: Error) => {
      // Told to stop, the member delivers nothing any more: that is no failure of ours.
      if (signal.aborted) return [];
      throw error;
    });
    const amount = amountOf(records);
    this.#size.pulled(amount.records, amount.bytes);
    return records;
  }

  async #process(records: readonly LogRecord[], retries: readonly LogRecord[]): Promise<void> {
    const { clock, gate, task } = this.#context;
    this.#movedAtMs = clock.monotonicMs();
    await this.#reached("afterRead");
    const leave = await gate.enter(task.lane);
    let built: BuiltBatch;
    try {
      built = await (this.#builder as BatchBuilder).build(records, retries, records.at(-1)?.timeMs ?? 0);
      await this.#reached("midBatch");
      await this.#committing;
      if (this.#failed !== undefined) throw this.#failed;
    } catch (error) {
      leave();
      throw error;
    }
    this.metrics.batches++;
    this.metrics.batchRecords = records.length;
    this.#committing = this.#commit(built, amountOf(records)).finally(leave);
    this.#committing.then(
      () => this.#progress?.moved(this.metrics.next),
      (error: Error) => this.#fail(error),
    );
  }

  async #commit({ commit, counts }: BuiltBatch, amount: BatchAmount): Promise<void> {
    const { commits, clock } = this.#context;
    await this.#reached("beforeCommit");
    const relayedSeq = this.#relay?.appendedSeq ?? 0;
    const startedMs = clock.monotonicMs();
    const isRelayedEarly = this.#context.faults?.breaks?.("relayAfterCommit") === true;
    if (isRelayedEarly) this.#relay?.offer(commit.outbox);
    const outcome = await commits.commit({ ...commit, relayedSeq }, amount);
    if (outcome === "fenced") {
      this.metrics.fenced++;
      throw refusedCommit(this.#context.task, this.at.partition, commit);
    }
    await this.#reached("afterCommit");
    this.#relay?.removed(relayedSeq);
    if (!isRelayedEarly) this.#relay?.offer(commit.outbox);
    this.#builder?.committed();
    const { metrics } = this;
    this.#hasCommitted = true;
    metrics.commits++;
    metrics.commitMs = clock.monotonicMs() - startedMs;
    metrics.next = commit.end;
    metrics.watermarkMs = commit.watermarkMs;
    metrics.messages += commit.outbox.length;
    metrics.outboxPending = this.#relay?.pending ?? 0;
    metrics.events += counts.events;
    metrics.late += counts.late;
    metrics.parked += counts.parked;
    metrics.deadLetters += counts.deadLetters;
    for (const reason of ["before", "duplicate", "stale"] as const) metrics.skipped[reason] += counts.skipped[reason];
  }

  /** Nothing came: clean up the outbox, and let time pass for a partition that has gone quiet. */
  async #idle(control: PartitionControl): Promise<void> {
    await this.#committing;
    await this.#relay?.settle();
    await this.#progress?.settle(this.metrics.next);
    control.requireNotRewound();
    this.metrics.outboxPending = this.#relay?.pending ?? 0;
    const { task, clock, store } = this.#context;
    if (task.window === undefined) return;
    const { idleMs } = task.window;
    if (clock.monotonicMs() - this.#movedAtMs < idleMs) return;
    this.#movedAtMs = clock.monotonicMs();
    const others = (await store.times(task.name)).filter(
      ({ partition, quietMs }) => partition !== this.at.partition && quietMs < idleMs,
    );
    if (others.length === 0) return;
    const built = this.#builder?.advance(Math.min(...others.map(({ watermarkMs }) => watermarkMs)));
    if (built !== undefined) await this.#commit(built, amountOf([]));
  }

  /** Paused: commits what is out, waits until the log has all of it, and says so. Whoever drains the task waits for that. */
  async #rest(control: PartitionControl): Promise<void> {
    control.requireNotRewound();
    if (control.isResting) return;
    await this.#committing;
    await this.#relay?.drained();
    if (this.#failed !== undefined) return;
    await this.#relay?.settle();
    await this.#context.store.rest(this.at, this.#epoch);
  }

  async #retries(control: PartitionControl): Promise<readonly LogRecord[]> {
    control.takeRetries();
    await this.#committing;
    const { store, options, clock } = this.#context;
    const parked = await store.retries(this.at, options.retriesMax);
    return parked.map((row) => ({ ...row, appendedAtMs: clock.nowMs() }));
  }

  #sleep(delayMs: number): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const takeBack = this.#context.clock.after(delayMs, resolve);
      signal.addEventListener(
        "abort",
        () => {
          takeBack();
          resolve();
        },
        { once: true },
      );
    });
  }

  async #reached(point: FaultPoint): Promise<void> {
    const { faults } = this.#context;
    if (faults !== undefined) await faults.reached(point, this.at);
  }

  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    const isStopping = this.#stop.signal.aborted;
    this.#stop.abort();
    void this.#relay?.stop();
    this.metrics.state = isFenced(error) ? "stopped" : "halted";
    this.metrics.haltedBy = codeOf(error);
    if (!isStopping && this.metrics.haltedBy !== HANDED_OVER) {
      const { store, owner } = this.#context;
      // A store that cannot be reached is the reason itself.
      store.noteStop(this.at, stopOf(error, { owner, epoch: this.#epoch })).catch(() => undefined);
    }
    this.#context.onEnded(this, error);
  }
}

function amountOf(records: readonly LogRecord[]): BatchAmount {
  return { records: records.length, bytes: records.reduce((total, { value }) => total + value.length, 0) };
}
