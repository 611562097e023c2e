/**
 * Who may work now. Each lane has places of its own that no other lane can take, and the rest goes to the most urgent lane
 * that waits; a batch that has waited `agingMs` counts as one lane more urgent, so low work always moves. A lane that has had its
 * share of the time waits although there are places (`LaneShare`).
 *
 * Whether somebody waits and what wakes him are decided at one reading of the clock: of a rest that ended between two readings nobody
 * would be told.
 */
import type { HostClock } from "@tenon/graph-core";
import { LANES, type Lane } from "../task/lane.ts";
import { LaneShare } from "./lane-share.ts";

export interface LaneGateOptions {
  /** Batches worked on at once in this process. */
  readonly placesMax: number;
  /** Of them, places kept for a lane. */
  readonly reserved: Readonly<Record<Lane, number>>;
  readonly agingMs: number;
}

export const LANE_GATE: LaneGateOptions = { placesMax: 12, reserved: { high: 3, medium: 2, low: 1 }, agingMs: 200 };

interface Waiter {
  readonly lane: Lane;
  readonly sinceMs: number;
  readonly enter: () => void;
}

export class LaneGate {
  readonly #options: LaneGateOptions;
  readonly #clock: HostClock;
  readonly #inside: Record<Lane, number> = { high: 0, medium: 0, low: 0 };
  readonly #waiting: Waiter[] = [];
  readonly #share: LaneShare;
  #isAskedAgain = false;

  constructor(clock: HostClock, options: LaneGateOptions = LANE_GATE) {
    this.#options = options;
    this.#clock = clock;
    this.#share = new LaneShare(clock);
  }

  /** Resolves with the function that gives the place back. */
  enter(lane: Lane): Promise<() => void> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#waiting.length === 0 && this.#hasPlace(lane, nowMs)) return Promise.resolve(this.#take(lane));
    return new Promise((resolve) => {
      this.#waiting.push({ lane, sinceMs: nowMs, enter: () => resolve(this.#take(lane)) });
      this.#admit();
    });
  }

  #take(lane: Lane): () => void {
    this.#inside[lane]++;
    const left = this.#share.enter(lane);
    return once(() => {
      this.#inside[lane]--;
      left();
      if (this.#waiting.length > 0) this.#admit();
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  #admit(): void {
    const nowMs = this.#clock.monotonicMs();
    for (let next = this.#next(nowMs); next !== undefined; next = this.#next(nowMs)) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      next.enter();
    }
    this.#askAgain(nowMs);
  }

  /** A rest ends by itself. */
  #askAgain(nowMs: number): void {
    const rests = this.#waiting.map(({ lane }) => this.#share.restMs(lane, nowMs)).filter((restMs) => restMs > 0);
    if (this.#isAskedAgain || rests.length === 0) return;
    this.#isAskedAgain = true;
    this.#clock.after(LaneShare.askAgainMs(Math.min(...rests)), () => {
      this.#isAskedAgain = false;
      this.#admit();
    });
  }

  #next(nowMs: number): Waiter | undefined {
    const admissible = this.#waiting.filter(({ lane }) => this.#hasPlace(lane, nowMs));
    const rank = ({ lane, sinceMs }: Waiter) =>
      LANES.indexOf(lane) - Math.floor((nowMs - sinceMs) / this.#options.agingMs);
    return admissible.reduce<Waiter | undefined>(
      (best, each) => (best === undefined || rank(each) < rank(best) ? each : best),
      undefined,
    );
  }

  /** A lane may use its own places and those that nobody has reserved, unless it rests. */
  #hasPlace(lane: Lane, nowMs: number): boolean {
    if (this.#share.restMs(lane, nowMs) > 0) return false;
    const { placesMax, reserved } = this.#options;
    if (this.#inside[lane] < reserved[lane]) return true;
    const shared = placesMax - LANES.reduce((total, each) => total + reserved[each], 0);
    const taken = LANES.reduce((total, each) => total + Math.max(0, this.#inside[each] - reserved[each]), 0);
    return taken < shared;
  }
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    call();
  };
}
