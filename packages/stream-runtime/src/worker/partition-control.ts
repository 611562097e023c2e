/** What operators want of one partition, looked up at most once in `everyMs`; while it is paused, at every look. */
import type { HostClock } from "@tenon/graph-core";
import type { TaskPartition, TaskStore } from "../store/task-store.ts";
import type { Task } from "../task/task.ts";
import { rewoundPartition } from "./stop-reasons.ts";

export interface PartitionControlOptions {
  readonly task: Task;
  readonly at: TaskPartition;
  readonly store: TaskStore;
  readonly clock: HostClock;
  readonly owner: string;
  /** Of the claim. */
  readonly epoch: number;
  readonly everyMs: number;
}

export class PartitionControl {
  readonly #options: PartitionControlOptions;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #isPaused = false;
  #hasRetries = false;
  /** The store knows, since the last pause, that nothing is under way here. */
  #isResting = false;
  /** Epoch that an operator gave the partition since the claim. */
  #rewoundTo: number | undefined;

  constructor(options: PartitionControlOptions) {
    this.#options = options;
  }

  /** Whether the partition is to stand still. */
  async isPaused(): Promise<boolean> {
    const { clock, everyMs, store, at, epoch: mine, owner: me } = this.#options;
    if (clock.monotonicMs() - this.#lookedAtMs < everyMs && !this.#isPaused) return false;
    const { epoch, owner, paused, hasRetries, resting } = await store.control(at);
    if (epoch !== mine && owner === me) this.#rewoundTo = epoch;
    this.#lookedAtMs = clock.monotonicMs();
    this.#hasRetries = hasRetries;
    this.#isResting = resting;
    this.#isPaused = paused;
    return paused;
  }

  get isResting(): boolean {
    return this.#isResting;
  }

  /** Parked records wait for another try. */
  get hasRetries(): boolean {
    return this.#hasRetries;
  }

  /** They are being tried; the next look tells of further ones. */
  takeRetries(): void {
    this.#hasRetries = false;
  }

  /**
   * A worker with nothing to commit is refused nothing: so that a rewind takes effect, it looks itself. That somebody else has
   * the partition is the log's to tell.
   *
   * @throws GraphError TENON1801 after a rewind
   */
  requireNotRewound(): void {
    if (this.#rewoundTo === undefined) return;
    const { task, at, epoch } = this.#options;
    throw rewoundPartition(task, at.partition, { epoch: this.#rewoundTo, mine: epoch });
  }
}
