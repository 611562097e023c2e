/** What becomes of items whose runs have failed, or may not begin. */

import { streamError } from "../task/stream-error.ts";
import { failureOf } from "../worker/graph-runs.ts";
import { isFinal, type PreparedHandler, RunFailed } from "./prepared-handler.ts";
import type { ClaimedWork, WorkStore } from "./work-store.ts";

/** `unsettled`: what led to the item has come round as often as it may. */
export type RunOutcome = "done" | "again" | "failed" | "parked" | "unsettled" | "lost";

export interface RunFailureOptions {
  readonly store: Pick<WorkStore<never>, "fail">;
  /** Runs that fail before the item is put aside. */
  readonly attemptsMax: number;
  readonly backOffMs: number;
}

const BACK_OFF_DOUBLINGS_MAX = 8;

export class RunFailures {
  readonly #options: RunFailureOptions;

  constructor(options: RunFailureOptions) {
    this.#options = options;
  }

  /** Lets the item go, to be tried again after a while, or puts it aside. */
  async failed(item: ClaimedWork, error: unknown): Promise<RunOutcome> {
    const { store, attemptsMax, backOffMs } = this.#options;
    const parked = isFinal(error) || (error instanceof RunFailed && item.attempts + 1 >= attemptsMax);
    const waitMs = backOffMs * 2 ** Math.min(item.attempts, BACK_OFF_DOUBLINGS_MAX);
    await store.fail(item, { ...failureOf(error instanceof RunFailed ? error.cause : error), parked, waitMs });
    return parked ? "parked" : "failed";
  }

  async unsettled(item: ClaimedWork, { handler: { name, owner, rounds } }: PreparedHandler): Promise<RunOutcome> {
    const what = `handler "${name}" has not settled on ${JSON.stringify(item.key)} in ${rounds} rounds`;
    const { code, message: reason } = streamError("unsettled", what, {
      owner,
      hint: "see why the circle does not come to rest, or allow more `rounds`; a new change, or retrying the item, begins anew",
    });
    await this.#options.store.fail(item, { code, reason, inputDigest: undefined, parked: true, waitMs: 0 });
    return "unsettled";
  }
}
