import type { TopicPartition } from "./event-log.ts";

/** A partition that has work and does not move. Named, so that the exit that follows says why. */
export interface Stuck extends TopicPartition {
  readonly reason: "noProgress";
  /** Offsets behind, and where the reader stands. */
  readonly lagOffsets: number;
  readonly nextOffset: number;
  /** ms since it last moved or had nothing to do. */
  readonly stuckMs: number;
}

interface Seen {
  nextOffset: number;
  /** Since when it has had work without moving. */
  sinceMs: number;
}

/** Partitions watched at once; a worker owns far fewer. */
const WATCHED_MAX = 10_000;

/**
 * Finds readers that stopped without saying so: lag above 0 and no progress for a time. Clients of brokers are known to go
 * silent, so a host that watches must exit on a finding and let a peer take over. Holds no timer: time comes with each look.
 */
export class Watchdog {
  readonly #stuckAfterMs: number;
  readonly #seen = new Map<string, Seen>();

  /** @param stuckAfterMs longer than the longest batch may take, or work is mistaken for silence */
  constructor({ stuckAfterMs }: { readonly stuckAfterMs: number }) {
    this.#stuckAfterMs = stuckAfterMs;
  }

  /** One look at a partition. @param nowMs of a clock that never goes back */
  observe(
    at: TopicPartition & { readonly nextOffset: number; readonly end: number },
    nowMs: number,
  ): Stuck | undefined {
    const { topic, partition, nextOffset, end } = at;
    const key = `${topic}/${partition}`;
    const seen = this.#seen.get(key);
    if (seen === undefined || seen.nextOffset !== nextOffset || nextOffset >= end) {
      if (seen === undefined && this.#seen.size >= WATCHED_MAX) return undefined;
      this.#seen.set(key, { nextOffset, sinceMs: nowMs });
      return undefined;
    }
    const stuckMs = nowMs - seen.sinceMs;
    if (stuckMs < this.#stuckAfterMs) return undefined;
    return { topic, partition, reason: "noProgress", lagOffsets: end - nextOffset, nextOffset, stuckMs };
  }

  /** Stops watching: the partition is somebody else's now. */
  forget({ topic, partition }: TopicPartition): void {
    this.#seen.delete(`${topic}/${partition}`);
  }
}
