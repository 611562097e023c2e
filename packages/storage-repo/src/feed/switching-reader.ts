import type { ChangeBatch } from "../api/change.ts";
import type { FeedCursor, FeedPull, FeedPullOptions, FeedReader, SlotCursor } from "../api/change-feed.ts";

/** Sequence numbers remembered, to leave out what a fall-back brings again. Beyond, versions have to absorb it. */
const REMEMBERED_MAX = 100_000;

export interface SwitchingReaderOptions {
  readonly current: FeedReader;
  /** Change over from polling once everything up to `upTo` is delivered. */
  readonly change?:
    | {
        readonly upTo: bigint;
        readonly next: (settledSeq: bigint) => Promise<FeedReader>;
        readonly abandon: () => Promise<void>;
      }
    | undefined;
  /** Called when reading the slot failed: a reader that goes on from the settled batch, or a rejection. */
  readonly fallBack: (cursor: SlotCursor, failure: unknown) => Promise<FeedReader>;
}

/** A feed that changes its reader while it is open: from polling to a slot, and back when the slot is lost. */
export class SwitchingReader implements FeedReader {
  readonly #fallBack: SwitchingReaderOptions["fallBack"];
  #current: FeedReader;
  #change: SwitchingReaderOptions["change"];
  #cursor: FeedCursor | undefined;
  /** Delivered by the slot and not known to be settled. */
  readonly #delivered = new Set<bigint>();
  #settled = -1n;

  constructor({ current, change, fallBack }: SwitchingReaderOptions) {
    this.#current = current;
    this.#change = change;
    this.#fallBack = fallBack;
  }

  async pull(options: FeedPullOptions): Promise<FeedPull> {
    await this.#changeOver();
    const pulled = await this.#pullOrFallBack(options);
    this.#cursor = pulled.cursor;
    const batches = pulled.batches.filter((batch) => !this.#delivered.has(batch.seq));
    this.#remember(pulled.cursor, batches);
    return { batches, cursor: pulled.cursor };
  }

  async acknowledge(cursor: FeedCursor): Promise<void> {
    // A cursor of the reader before: what it confirms is confirmed by the change itself.
    if (cursor.mode === this.#cursor?.mode) await this.#current.acknowledge(cursor);
  }

  async close(): Promise<void> {
    await this.#change?.abandon();
    await this.#current.close();
  }

  async #changeOver(): Promise<void> {
    const change = this.#change;
    if (change === undefined || this.#cursor?.mode !== "poll" || this.#cursor.seq < change.upTo) return;
    this.#change = undefined;
    const before = this.#current;
    this.#current = await change.next(this.#cursor.seq);
    await before.close();
  }

  async #pullOrFallBack(options: FeedPullOptions): Promise<FeedPull> {
    try {
      return await this.#current.pull(options);
    } catch (failure) {
      if (this.#cursor?.mode !== "slot") throw failure;
      const before = this.#current;
      this.#current = await this.#fallBack(this.#cursor, failure);
      await before.close().catch(() => undefined);
      return this.#current.pull(options);
    }
  }

  #remember(cursor: FeedCursor, batches: readonly ChangeBatch[]): void {
    const settled = cursor.mode === "slot" ? cursor.settledSeq : cursor.seq;
    if (cursor.mode === "slot") for (const { seq } of batches) this.#delivered.add(seq);
    if (settled === this.#settled && this.#delivered.size <= REMEMBERED_MAX) return;
    this.#settled = settled;
    for (const seq of this.#delivered) {
      if (seq > settled && this.#delivered.size <= REMEMBERED_MAX) continue;
      this.#delivered.delete(seq);
    }
  }
}
