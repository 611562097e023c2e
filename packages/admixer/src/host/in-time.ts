/**
 * Bounds for what a start and a stop wait for. A promise that nobody settles is no error anywhere: without a bound it is
 * a process that neither serves nor ends.
 */
import type { HostClock } from "@tenon/graph-core";
import { hostError } from "./host-error.ts";

/**
 * Longest time of each part of a start that waits, ms: many times what a slow, busy machine needs. Loading the
 * marketplace is not among them: it runs on this thread from beginning to end and waits for nobody.
 */
export const START_MAX_MS = {
  /** Modules of the HTTP server, its plug-ins and routes; a tenth of a second is usual. */
  httpServer: 30_000,
  /** The operating system's answer to `listen`. */
  listen: 10_000,
  /** One warm-up request; the very first one meets no compiled code at all. */
  warmUpRequest: 10_000,
} as const;

/** What a promise settled with, or `undefined` when it did not settle in time. It may still settle later: nobody waits. */
export async function settledWithin<Value>(
  clock: HostClock,
  maxMs: number,
  promise: Promise<Value>,
): Promise<{ readonly value: Value } | undefined> {
  let cancel = (): void => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = clock.after(maxMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), timeout]);
  } finally {
    cancel();
  }
}

export interface StartPart {
  /** Ends the sentence "the host did not start: …". */
  readonly what: string;
  readonly maxMs: number;
  readonly hint: string;
}

/**
 * What a part of the start gives.
 *
 * @throws GraphError TENON1605 that names the part when it has not ended in time; otherwise what it failed with
 */
export async function startedWithin<Value>(clock: HostClock, part: StartPart, work: Promise<Value>): Promise<Value> {
  const settled = await settledWithin(clock, part.maxMs, work);
  if (settled === undefined) throw startTooLong(part);
  return settled.value;
}

export function startTooLong({ what, maxMs, hint }: StartPart, cause?: { readonly detail?: string | undefined }) {
  return hostError("startTooLong", {
    message: `the host did not start: ${what} within ${maxMs / 1_000} s`,
    detail: cause?.detail ?? "nothing was answered, and nothing failed",
    hint,
    cause,
  });
}
