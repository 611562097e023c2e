import type { HostClock } from "@tenon/graph-core";
import type { Lane } from "../task/lane.ts";
import { LaneShare } from "../worker/lane-share.ts";
import { Bell } from "./bell.ts";

/** Batches of handlers that keep to their lane's share of the time: a batch's place stays taken while its lane rests. */
export class LaneRests {
  readonly #share: LaneShare;
  readonly #clock: HostClock;
  readonly #ended = new AbortController();

  constructor(clock: HostClock) {
    this.#clock = clock;
    this.#share = new LaneShare(clock);
  }

  /** Runs a batch, and resolves when the lane may have another one. */
  async during(lane: Lane, work: () => Promise<void>): Promise<void> {
    const left = this.#share.enter(lane);
    await work().finally(left);
    const bell = new Bell(this.#clock);
    const { signal } = this.#ended;
    for (let restMs = this.#share.restMs(lane); restMs > 0 && !signal.aborted; restMs = this.#share.restMs(lane))
      await bell.wait(LaneShare.askAgainMs(restMs), signal);
  }

  /** Nobody rests any more. */
  end(): void {
    this.#ended.abort();
  }
}
