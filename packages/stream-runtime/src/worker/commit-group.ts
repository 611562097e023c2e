/**
 * Commits of one task's partitions in this process. While a commit is out, batches that are ready wait for its end and then go
 * together, in one transaction: nobody waits for a batch that is still to come.
 *
 * C1 Batches that cannot be committed together (one is fenced, one is refused, they meet others' locks) are committed each by
 *    itself: one of them holds up no other.
 * C2 Batches together are within the bounds of one.
 * C3 Nobody waits longer than `PATIENCE_MS` for the commit that is out.
 */
import { GraphError, type HostClock } from "@tenon/graph-core";
import type { BatchCommit, CommitOutcome, TaskStore } from "../store/task-store.ts";

/** Of the input of a batch. */
export interface BatchAmount {
  readonly records: number;
  readonly bytes: number;
}

interface Waiting extends BatchAmount {
  readonly batch: BatchCommit;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A commit that takes longer hangs on something that concerns one of its partitions. */
const PATIENCE_MS = 250;
/** What became of the commit is not known: trying it again would only tell that the partition has moved. */
const OUTCOME_UNKNOWN = "TENON1503";

export class CommitGroup {
  readonly #store: Pick<TaskStore, "commit" | "commitTogether">;
  readonly #clock: HostClock;
  /** Of batches together. */
  readonly #max: BatchAmount;
  #waiting: Waiting[] = [];
  #out = 0;
  #isScheduled = false;
  #takeBack: (() => void) | undefined;

  constructor(store: Pick<TaskStore, "commit" | "commitTogether">, clock: HostClock, max: BatchAmount) {
    this.#store = store;
    this.#clock = clock;
    this.#max = max;
  }

  /** As the store's `commit`. A partition has one commit out at a time. */
  commit(batch: BatchCommit, amount: BatchAmount): Promise<CommitOutcome> {
    const { records, bytes } = amount;
    // Large ones share no commit, and need not wait for one.
    if (2 * records > this.#max.records || 2 * bytes > this.#max.bytes) return this.#store.commit(batch);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, records, bytes, resolve, reject });
      if (this.#out === 0) this.#schedule();
      else this.#takeBack ??= this.#clock.after(PATIENCE_MS, () => this.#schedule());
    });
  }

  /** After the microtasks: partitions that were woken together are ready in one turn. */
  #schedule(): void {
    this.#takeBack?.();
    this.#takeBack = undefined;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (let group = this.#next(); group.length > 0; group = this.#next()) void this.#commitGroup(group);
    });
  }

  #next(): readonly Waiting[] {
    let records = 0;
    let bytes = 0;
    const more = this.#waiting.findIndex((each) => {
      records += each.records;
      bytes += each.bytes;
      return records > this.#max.records || bytes > this.#max.bytes;
    });
    return this.#waiting.splice(0, more === -1 ? this.#waiting.length : more);
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    this.#out++;
    try {
      const isDone = group.length > 1 && (await this.#together(group));
      if (!isDone) await Promise.all(group.map((each) => this.#alone(each)));
    } finally {
      this.#out--;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  /** Resolves with whether its batches have their outcome. */
  async #together(group: readonly Waiting[]): Promise<boolean> {
    try {
      const outcome = await this.#store.commitTogether(group.map(({ batch }) => batch));
      if (outcome === "fenced") return false;
    } catch (error) {
      if (!(error instanceof GraphError) || error.code !== OUTCOME_UNKNOWN) return false;
      for (const { reject } of group) reject(error);
      return true;
    }
    for (const { resolve } of group) resolve("committed");
    return true;
  }

  async #alone({ batch, resolve, reject }: Waiting): Promise<void> {
    await this.#store.commit(batch).then(resolve, reject);
  }
}
