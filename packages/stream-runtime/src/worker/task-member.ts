/** This process's share of one task: a member of the task's group, with a worker per assigned partition. */
import type { Member } from "@tenon/event-log/api";
import { PartitionMetrics } from "../observe/partition-metrics.ts";
import { isFenced, isHalt } from "../task/stream-error.ts";
import { PartitionWorker, type WorkerContext } from "./partition-worker.ts";

export interface MemberOptions {
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
  readonly drainMs: number;
  /** Times a task is joined again after failures that may pass, in a row without a commit between them. */
  readonly rejoinsMax: number;
  readonly backOffMs: number;
}

export class TaskMember {
  readonly #context: Omit<WorkerContext, "onEnded">;
  readonly #options: MemberOptions;
  readonly #onFailed: (error: Error) => void;
  readonly #workers = new Map<number, PartitionWorker>();
  /** Metrics of every partition that was ever worked on here. */
  readonly #metrics = new Map<number, PartitionMetrics>();
  #member: Member | undefined;
  #stopping = false;
  #rejoining: Promise<void> | undefined;
  /** Why the group is to be joined anew, until that has begun. */
  #trouble: Error | undefined;
  /** Which of our memberships is the last one. */
  #membership = 0;
  #failures = 0;

  constructor(context: Omit<WorkerContext, "onEnded">, options: MemberOptions, onFailed: (error: Error) => void) {
    this.#context = context;
    this.#options = options;
    this.#onFailed = onFailed;
  }

  get metrics(): readonly PartitionMetrics[] {
    return [...this.#metrics.values()];
  }

  async join(): Promise<void> {
    const { task, owner, log } = this.#context;
    const { queueRecordsMax, queueBytesMax, drainMs } = this.#options;
    const membership = ++this.#membership;
    const claimed: PartitionWorker[] = [];
    const member = await log.join({
      group: task.name,
      topics: [task.source.name],
      member: owner,
      queueRecordsMax,
      queueBytesMax,
      drainMs,
      onAssigned: async ({ partition }) => {
        const worker = this.#worker(partition);
        const next = await worker.claim();
        // The first assignments may come before `join` has given us the member to pull from.
        if (this.#member === undefined) claimed.push(worker);
        else worker.start(this.#member);
        return next;
      },
      onRevoked: ({ partition }) => this.#give(partition),
      onLost: ({ partition }) => this.#lose(partition),
      onFailed: (error) => {
        if (membership === this.#membership) this.#rejoin(error);
      },
    });
    this.#member = member;
    for (const worker of claimed) worker.start(member);
  }

  /** Drains every partition and leaves the group. */
  async leave(): Promise<void> {
    this.#stopping = true;
    await this.#rejoining;
    await this.#member?.leave();
    await Promise.all([...this.#workers.values()].map((worker) => worker.drain()));
    this.#workers.clear();
  }

  #worker(partition: number): PartitionWorker {
    const { task } = this.#context;
    const known = this.#metrics.get(partition);
    if (known !== undefined) known.restarts++;
    const metrics = known ?? new PartitionMetrics(task.name, partition, task.lane);
    const context = { ...this.#context, onEnded: (ended: PartitionWorker, error: Error) => this.#ended(ended, error) };
    const worker = new PartitionWorker(context, partition, metrics);
    // Two workers of one partition would take each other's records.
    this.#workers.get(partition)?.abandon();
    this.#workers.set(partition, worker);
    this.#metrics.set(partition, metrics);
    return worker;
  }

  async #give(partition: number): Promise<void> {
    await this.#workers.get(partition)?.drain();
    this.#workers.delete(partition);
  }

  #lose(partition: number): void {
    this.#workers.get(partition)?.abandon();
    this.#workers.delete(partition);
  }

  /** A halted partition stays halted: its data says so, and the others go on. Everything else may pass: join anew. */
  #ended(worker: PartitionWorker, error: Error): void {
    if (isHalt(error)) {
      this.#onFailed(error);
      return;
    }
    if (worker.hasCommitted) this.#failures = 0;
    this.#rejoin(error);
  }

  /** What goes wrong on the way back, or in many partitions at once, is one trouble. */
  #rejoin(error: Error): void {
    if (this.#stopping) return;
    this.#trouble ??= error;
    this.#rejoining ??= this.#joinAnew();
  }

  async #joinAnew(): Promise<void> {
    const { clock } = this.#context;
    const { rejoinsMax, backOffMs } = this.#options;
    for (let error = this.#trouble; error !== undefined && !this.#stopping; error = this.#trouble) {
      if (!isFenced(error)) this.#failures++;
      await this.#quit();
      if (this.#failures > rejoinsMax) {
        this.#onFailed(error);
        break;
      }
      await new Promise<void>((resolve) => clock.after(backOffMs * 2 ** Math.min(this.#failures, 6), resolve));
      this.#trouble = undefined;
      if (!this.#stopping) await this.join().catch((failure: Error) => (this.#trouble = failure));
    }
    this.#rejoining = undefined;
  }

  /** Leaves the group at once, with nothing drained. */
  async #quit(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    for (const worker of this.#workers.values()) worker.abandon();
    this.#workers.clear();
    await member?.leave().catch(() => undefined);
  }
}
