/** Time for hosts: real in production, moved by hand in tests. Nodes never see it; they get `RequestClock`. */
export interface HostClock {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Milliseconds from an arbitrary start, never going back: for durations. */
  readonly monotonicMs: () => number;
  /** Calls back once, after `delayMs`; the returned function takes it back. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export const systemClock: HostClock = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Waits on a host's clock; ends early, without an error, when the signal aborts. */
export function pause(clock: HostClock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      takeBack();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const takeBack = clock.after(ms, end);
    signal?.addEventListener("abort", end);
  });
}
