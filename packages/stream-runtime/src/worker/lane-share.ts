/**
 * How much of this process less urgent lanes may take while a more urgent one is at work: places keep lanes out of each other's way,
 * but all of them share one event loop and the server's processors. After a batch a less urgent lane rests three times as long as
 * the batch took; at once it goes on when nothing more urgent is worked on.
 */
import type { HostClock } from "@tenon/graph-core";
import { LANES, type Lane } from "../task/lane.ts";

/** Rest per time worked: a quarter of the time is left to the lane. */
const REST_PER_WORK = 3;
/** Longest rest: less urgent work always moves. */
const REST_MS_MAX = 1_000;
/** A lane that worked so recently counts as at work: between two of its batches it reads and commits elsewhere. */
const BUSY_MS = 50;

interface LaneTimes {
  inside: number;
  leftMs: number;
  restUntilMs: number;
}

export class LaneShare {
  readonly #clock: Pick<HostClock, "monotonicMs">;
  readonly #lanes: Readonly<Record<Lane, LaneTimes>> = { high: idle(), medium: idle(), low: idle() };

  constructor(clock: Pick<HostClock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** A batch of the lane begins. Call what is returned when it has ended. */
  enter(lane: Lane): () => void {
    const times = this.#lanes[lane];
    const beganMs = this.#clock.monotonicMs();
    times.inside++;
    return () => {
      const nowMs = this.#clock.monotonicMs();
      const restMs = Math.min(REST_MS_MAX, REST_PER_WORK * (nowMs - beganMs));
      times.inside--;
      times.leftMs = nowMs;
      times.restUntilMs = Math.max(times.restUntilMs, nowMs + restMs);
    };
  }

  /** How long the lane has to rest from `nowMs` on; ask again sooner, for the urgent work may end. */
  restMs(lane: Lane, nowMs = this.#clock.monotonicMs()): number {
    const isHeldBack = LANES.slice(0, LANES.indexOf(lane)).some((urgent) => {
      const { inside, leftMs } = this.#lanes[urgent];
      return inside > 0 || nowMs - leftMs < BUSY_MS;
    });
    return isHeldBack ? Math.max(0, this.#lanes[lane].restUntilMs - nowMs) : 0;
  }

  /** When to ask again, of a rest. */
  static askAgainMs(restMs: number): number {
    return Math.min(restMs, BUSY_MS);
  }
}

function idle(): LaneTimes {
  return { inside: 0, leftMs: Number.NEGATIVE_INFINITY, restUntilMs: Number.NEGATIVE_INFINITY };
}
