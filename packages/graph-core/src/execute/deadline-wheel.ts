/**
 * Deadlines of all requests of an executor on one timer: adding and removing one costs a few pointer writes.
 *
 * W1 An entry expires at most `TICK_MS` after its deadline, never before it.
 * W2 The timer runs only while there are entries.
 * W3 An entry is in at most one wheel, once; removing one that is not in it does nothing.
 */
import type { HostClock } from "./clock.ts";

const TICK_MS = 2;
/** A power of two. Longer deadlines than TICK_MS × BUCKETS go round the wheel more than once. */
const BUCKETS = 512;
const BUCKET_MASK = BUCKETS - 1;
const ROUND_MS = TICK_MS * BUCKETS;
/** A wheel that never stands still (a busy server) moves its epoch this often: a tick must fit 31 bits, 49 days. */
const REBASE_MS = 1_000 * ROUND_MS;

export interface DeadlineEntry {
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
  wheelNext: DeadlineEntry | undefined;
  wheelPrevious: DeadlineEntry | undefined;
  expire(): void;
}

/** Head of a bucket's ring. */
class Bucket implements DeadlineEntry {
  readonly expiresAtMs = Number.POSITIVE_INFINITY;
  wheelNext: DeadlineEntry = this;
  wheelPrevious: DeadlineEntry = this;
  expire(): void {}
}

export class DeadlineWheel {
  readonly #clock: HostClock;
  readonly #buckets = Array.from({ length: BUCKETS }, () => new Bucket());
  #size = 0;
  /** Ticks count from here, so that they are small integers. */
  #epochMs = 0;
  /** Everything due before this tick has expired. */
  #tick = 0;
  #running = false;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  add(entry: DeadlineEntry): void {
    if (!this.#running) this.#start();
    const tick = ((entry.expiresAtMs - this.#epochMs) / TICK_MS + 1) | 0;
    const head = this.#buckets[(tick > this.#tick ? tick : this.#tick + 1) & BUCKET_MASK] as Bucket;
    const last = head.wheelPrevious;
    entry.wheelNext = head;
    entry.wheelPrevious = last;
    last.wheelNext = entry;
    head.wheelPrevious = entry;
    this.#size++;
  }

  /** The epoch is the host clock's: a request may be told another time. */
  #start(): void {
    this.#running = true;
    this.#epochMs = this.#clock.nowMs();
    this.#tick = 0;
    this.#clock.after(TICK_MS, this.#turn);
  }

  remove(entry: DeadlineEntry): void {
    const { wheelNext, wheelPrevious } = entry;
    if (wheelNext === undefined || wheelPrevious === undefined) return;
    wheelNext.wheelPrevious = wheelPrevious;
    wheelPrevious.wheelNext = wheelNext;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    this.#size--;
  }

  readonly #turn = (): void => {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#epochMs >= REBASE_MS) this.#rebase(nowMs);
    const until = ((nowMs - this.#epochMs) / TICK_MS) | 0;
    // After a long stall one round visits every bucket; more rounds would visit them again for nothing.
    const from = Math.max(this.#tick + 1, until - BUCKETS + 1);
    try {
      for (let tick = from; tick <= until; tick++) {
        this.#expireBucket(this.#buckets[tick & BUCKET_MASK] as Bucket, nowMs);
      }
    } finally {
      // Backwards too, when the host's clock was set back: deadlines are in its time.
      this.#tick = until;
      if (this.#size > 0) this.#clock.after(TICK_MS, this.#turn);
      else this.#running = false;
    }
  };

  /** Moves the epoch by whole rounds, so that entries stay in their buckets: ticks are small integers for ever. */
  #rebase(nowMs: number): void {
    const rounds = Math.floor((nowMs - this.#epochMs) / ROUND_MS) - 1;
    this.#epochMs += rounds * ROUND_MS;
    this.#tick -= rounds * BUCKETS;
  }

  #expireBucket(head: Bucket, nowMs: number): void {
    let entry = head.wheelNext;
    while (entry !== head) {
      const next = entry.wheelNext as DeadlineEntry;
      if (entry.expiresAtMs <= nowMs) {
        this.remove(entry);
        entry.expire();
      }
      // expire() may remove neighbours: start again from the head when the next one has left the ring.
      entry = next.wheelNext === undefined && next !== head ? head.wheelNext : next;
    }
  }
}
