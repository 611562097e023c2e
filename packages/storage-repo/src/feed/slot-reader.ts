/**
 * The strict reader of one slot.
 *
 * K1 Transactions come whole, and reading goes on only from the end of a commit (or an idle position).
 * K2 What is confirmed to the server is what the consumer has acknowledged as stored, never what was received.
 * K3 An idle position counts only while no transaction is open or queued.
 * K4 What goes wrong ends the reader: nothing is read past it.
 */
import { type ReplicationConnection, type StreamMessage, StreamWatch, WakeUp } from "@tenon/postgres/replication";
import type { FeedCursor, FeedPull, FeedPullOptions, FeedReader, SlotCursor } from "../api/change-feed.ts";
import { feedEnded, streamBroken } from "../api/feed-errors.ts";
import type { LayoutBook } from "./layout-book.ts";
import { type DecodedTransaction, PgOutputDecoder } from "./pgoutput.ts";
import { toBatches } from "./poll-reader.ts";

/** Transactions received and not yet acknowledged before the socket is paused; it goes on at half. */
export const UNFINISHED_MAX = 2_000;

export interface SlotReaderOptions {
  readonly connection: ReplicationConnection;
  readonly layouts: LayoutBook;
  readonly cursor: SlotCursor;
  readonly publication: string;
  readonly unfinishedMax?: number | undefined;
  readonly silenceMsMax?: number | undefined;
}

export class SlotReader implements FeedReader {
  readonly #options: SlotReaderOptions;
  readonly #decoder = new PgOutputDecoder();
  readonly #queue: DecodedTransaction[] = [];
  /** Ends of transactions that were pulled and not acknowledged yet. */
  readonly #pulled: bigint[] = [];
  readonly #wake = new WakeUp();
  readonly #skipUpTo: bigint;
  #watch: StreamWatch | undefined;
  #cursor: SlotCursor;
  #acknowledged: bigint;
  #received: bigint;
  #idleAt: bigint | undefined;
  #failure: Error | undefined;

  constructor(options: SlotReaderOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    this.#acknowledged = options.cursor.lsn;
    this.#received = options.cursor.lsn;
    // Settled batches were delivered: after a change from polling to the slot, it brings some of them again.
    this.#skipUpTo = options.cursor.settledSeq;
  }

  /** Why the reader can go no further, once it cannot. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Starts the stream. What was received before `start` resolves waits for the first pull. */
  async start(): Promise<void> {
    const { connection, cursor, publication, silenceMsMax } = this.#options;
    const stream = await connection.stream({
      slot: cursor.slot,
      from: cursor.lsn,
      options: { proto_version: "1", publication_names: publication },
      onMessage: (message) => this.#receive(message),
    });
    void stream.ended.then((reason) => this.#fail(reason ?? feedEnded("closed")));
    this.#watch = new StreamWatch({
      stream,
      silenceMsMax,
      status: () => ({ received: this.#received, flushed: this.#acknowledged }),
      onSilence: (silentMs) => {
        this.#fail(streamBroken(`no word from the server for ${Math.round(silentMs)} ms`));
        void connection.close();
      },
    });
  }

  async pull({ batchesMax, waitMs, signal }: FeedPullOptions): Promise<FeedPull> {
    const until = performance.now() + waitMs;
    for (;;) {
      await this.#untilReceived(until, signal);
      if (this.#queue.length === 0 && this.#failure !== undefined) throw this.#failure;
      const transactions = this.#queue.splice(0, batchesMax);
      const batches = await this.#batchesOf(transactions);
      this.#advance(transactions);
      // Heartbeats and settled batches move the cursor and bring nothing.
      if (batches.length > 0 || transactions.length === 0) return { batches, cursor: this.#cursor };
    }
  }

  async acknowledge(cursor: FeedCursor): Promise<void> {
    if (cursor.mode !== "slot" || cursor.slot !== this.#cursor.slot || cursor.lsn > this.#cursor.lsn) {
      throw feedEnded("acknowledged with a cursor that this reader did not give");
    }
    if (cursor.lsn > this.#acknowledged) this.#acknowledged = cursor.lsn;
    while (this.#pulled[0] !== undefined && this.#pulled[0] <= this.#acknowledged) this.#pulled.shift();
    if (this.#unfinished <= this.#unfinishedMax / 2) this.#watch?.resume();
  }

  async close(): Promise<void> {
    this.#watch?.tell();
    this.#fail(feedEnded("closed"));
    await this.#options.connection.close();
  }

  get #unfinished(): number {
    return this.#queue.length + this.#pulled.length;
  }

  get #unfinishedMax(): number {
    return this.#options.unfinishedMax ?? UNFINISHED_MAX;
  }

  /** Resolves when there is something to pull, or no time left to wait for it. */
  async #untilReceived(until: number, signal: AbortSignal | undefined): Promise<void> {
    while (this.#queue.length === 0 && this.#failure === undefined && signal?.aborted !== true) {
      const left = until - performance.now();
      if (left <= 0) return;
      await this.#wake.wait(left, signal);
    }
  }

  #receive(message: StreamMessage): void {
    this.#watch?.heard();
    if (this.#failure !== undefined) return;
    if (message.kind === "keepalive") {
      this.#keepalive(message.walEnd, message.replyRequested);
      return;
    }
    if (message.position > this.#received) this.#received = message.position;
    const transaction = this.#decoder.push(message.bytes);
    if (transaction === undefined) return;
    this.#received = transaction.endLsn;
    this.#idleAt = undefined;
    this.#queue.push(transaction);
    if (this.#unfinished >= this.#unfinishedMax) this.#watch?.pause();
    this.#wake.wake();
  }

  #keepalive(walEnd: bigint, replyRequested: boolean): void {
    if (walEnd > this.#received) this.#received = walEnd;
    if (!this.#decoder.inTransaction && this.#queue.length === 0) this.#idleAt = walEnd;
    if (replyRequested) this.#watch?.tell();
  }

  async #batchesOf(transactions: readonly DecodedTransaction[]) {
    const rows = transactions.flatMap((transaction) => transaction.rows).filter((row) => row.seq > this.#skipUpTo);
    try {
      return await toBatches(rows, this.#options.layouts);
    } catch (error) {
      this.#fail(error instanceof Error ? error : streamBroken(String(error)));
      throw error;
    }
  }

  #advance(transactions: readonly DecodedTransaction[]): void {
    let { lsn, settledSeq } = this.#cursor;
    for (const { endLsn, rows } of transactions) {
      lsn = endLsn;
      this.#pulled.push(endLsn);
      for (const row of rows)
        if (row.settledSeq !== undefined && row.settledSeq > settledSeq) settledSeq = row.settledSeq;
    }
    const idle = this.#queue.length === 0 ? this.#idleAt : undefined;
    if (idle !== undefined && idle > lsn) lsn = idle;
    this.#cursor = { ...this.#cursor, lsn, settledSeq };
  }

  #fail(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#watch?.stop();
    this.#wake.wake();
  }
}
