/**
 * Appends what the outbox of one partition holds to the log, in order, one append at a time.
 *
 * A row leaves the outbox only after the log has it, so a crash between the two sends it again: with the same id and
 * sequence number, which a reading task's inbox drops and a foreign reader can tell by the id.
 */
import type { EventLog } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import type { OutboxRow, TaskPartition, TaskStore } from "../store/task-store.ts";
import { streamError } from "../task/stream-error.ts";
import type { FaultPoints } from "./fault-points.ts";
import { messageOf } from "./message-headers.ts";

export interface RelayOptions {
  /** Rows of one append. */
  readonly rowsMax: number;
  /** Rows kept in memory between commit and append; a partition with more waits for its relay. */
  readonly pendingMax: number;
  /** Appends tried in a row before the partition gives up; the rows stay in the outbox. */
  readonly attemptsMax: number;
  readonly backOffMs: number;
}

export const RELAY: RelayOptions = { rowsMax: 1_000, pendingMax: 20_000, attemptsMax: 8, backOffMs: 50 };

export class Relay {
  readonly #at: TaskPartition;
  readonly #log: EventLog;
  readonly #store: TaskStore;
  readonly #clock: HostClock;
  readonly #options: RelayOptions;
  readonly #faults: FaultPoints | undefined;
  readonly #onFailed: (error: Error) => void;
  #rows: OutboxRow[] = [];
  #sending: Promise<void> | undefined;
  #room: (() => void)[] = [];
  #stopped = false;
  #appendedSeq = 0;
  #removedSeq = 0;

  constructor(
    at: TaskPartition,
    {
      log,
      store,
      clock,
      options,
      faults,
      onFailed,
    }: {
      readonly log: EventLog;
      readonly store: TaskStore;
      readonly clock: HostClock;
      readonly options: RelayOptions;
      readonly faults: FaultPoints | undefined;
      readonly onFailed: (error: Error) => void;
    },
  ) {
    this.#at = at;
    this.#log = log;
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    this.#faults = faults;
    this.#onFailed = onFailed;
  }

  /** Takes up what earlier owners have left. Before the first batch: order is by sequence number. */
  async resume(): Promise<void> {
    for (let after = 0; ; ) {
      const rows = await this.#store.outbox(this.#at, after, this.#options.rowsMax);
      this.offer(rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < this.#options.rowsMax) return;
      after = last.seq;
      await this.hasRoom();
    }
  }

  /** Rows of a committed batch. */
  offer(rows: readonly OutboxRow[]): void {
    if (rows.length === 0) return;
    for (const row of rows) this.#rows.push(row);
    this.#sending ??= this.#send();
  }

  /** Rows that are in the log and still in the outbox, up to this number; the next commit removes them. */
  get appendedSeq(): number {
    return this.#appendedSeq;
  }

  /** Told when a commit has removed rows. */
  removed(upToSeq: number): void {
    this.#removedSeq = Math.max(this.#removedSeq, upToSeq);
  }

  get pending(): number {
    return this.#rows.length;
  }

  /** Resolves when fewer rows wait than are allowed. */
  hasRoom(): Promise<void> {
    if (this.#rows.length < this.#options.pendingMax || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => this.#room.push(resolve));
  }

  /** Removes what is in the log from the outbox without waiting for a batch. */
  async settle(): Promise<void> {
    if (this.#appendedSeq <= this.#removedSeq) return;
    const upTo = this.#appendedSeq;
    await this.#store.relayed(this.#at, upTo);
    this.removed(upTo);
  }

  /** Ends after the append that is out. What waits stays in the outbox for the next owner. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#sending;
  }

  /** Resolves when everything offered so far is in the log, or the relay has stopped. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    try {
      while (this.#rows.length > 0 && !this.#stopped) {
        const rows = this.#rows.slice(0, this.#options.rowsMax);
        if (this.#faults?.breaks?.("removeAfterAppend") === true) {
          await this.#store.relayed(this.#at, (rows.at(-1) as OutboxRow).seq);
        }
        await this.#faults?.reached("duringRelay", this.#at);
        await this.#append(rows);
        await this.#faults?.reached("afterAppend", this.#at);
        this.#rows = this.#rows.slice(rows.length);
        this.#appendedSeq = (rows.at(-1) as OutboxRow).seq;
        this.#wake();
      }
    } catch (error) {
      this.#stopped = true;
      this.#wake();
      this.#onFailed(error as Error);
    } finally {
      this.#sending = undefined;
    }
  }

  async #append(rows: readonly OutboxRow[]): Promise<void> {
    const messages = rows.map((row) => messageOf(this.#at, row));
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#log.append(messages);
        return;
      } catch (error) {
        if (attempt >= this.#options.attemptsMax || this.#stopped) throw this.#gaveUp(rows, attempt, error);
        await new Promise<void>((resolve) => this.#clock.after(this.#options.backOffMs * 2 ** (attempt - 1), resolve));
      }
    }
  }

  #gaveUp(rows: readonly OutboxRow[], attempts: number, cause: unknown): Error {
    const { task, partition } = this.#at;
    const topics = [...new Set(rows.map(({ topic }) => topic))].join(", ");
    return streamError(
      "relayFailed",
      `task "${task}" cannot append to ${topics} (partition ${partition}, ${attempts} attempts)`,
      {
        detail: cause instanceof Error ? cause.message : String(cause),
        hint: "the messages are safe in the outbox and are sent when the log takes them again",
        cause,
      },
    );
  }

  #wake(): void {
    const waiting = this.#room;
    this.#room = [];
    for (const resolve of waiting) resolve();
  }
}
