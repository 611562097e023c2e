/** Asking handlers to run again, without getting in the way of what changes now. */
import { type HostClock, pause, systemClock } from "@tenon/graph-core";
import type { Key } from "@tenon/storage-repo/api";
import type { PostgresWorkStore } from "@tenon/stream-runtime";

/** Items that may wait in the low lane before nobody adds to it. A claimer of two runs at a time clears them in minutes. */
export const LOW_WAITING_MAX = 10_000;
const BACK_OFF_MS = 500;
const BACK_OFF_MS_MAX = 30_000;
/** Keys of one transaction. */
const KEYS_PER_ADD = 500;
const ATTEMPTS_MAX = 10;

export interface LowLaneOptions {
  readonly work: PostgresWorkStore;
  readonly signal: AbortSignal;
  /** Default {@link LOW_WAITING_MAX}. */
  readonly waitingMax?: number | undefined;
  readonly clock?: HostClock | undefined;
}

export class LowLane {
  readonly #options: LowLaneOptions;

  constructor(options: LowLaneOptions) {
    this.#options = options;
  }

  /**
   * Adds a work item per handler and key, once fewer than the bound wait. A run of one of them claims it later than any run
   * before, so what it writes is newer; an item that waits already is done once for both, in its own lane.
   */
  async ask(handlers: readonly string[], keys: readonly Key[]): Promise<void> {
    for (let start = 0; start < keys.length; start += KEYS_PER_ADD) {
      await this.#room();
      const items = keys.slice(start, start + KEYS_PER_ADD).flatMap((key) =>
        // No change batch led here.
        handlers.map((handler) => ({ handler, key, lane: "low" as const, upTo: 0n, rounds: 0 })),
      );
      const { work } = this.#options;
      await work.transaction((tx) => work.add(tx, items), { isolation: "readCommitted", attemptsMax: ATTEMPTS_MAX });
    }
  }

  async #room(): Promise<void> {
    const { work, signal, waitingMax = LOW_WAITING_MAX, clock = systemClock } = this.#options;
    for (let waitMs = BACK_OFF_MS; ; waitMs = Math.min(waitMs * 2, BACK_OFF_MS_MAX)) {
      signal.throwIfAborted();
      const low = (await work.status()).filter(({ lane }) => lane === "low");
      if (low.reduce((sum, { waiting }) => sum + waiting, 0) < waitingMax) return;
      await pause(clock, waitMs, signal);
    }
  }
}
