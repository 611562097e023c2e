import type { HostClock } from "@tenon/graph-core";

/** Waits for some milliseconds, or until the signal aborts; never rejects. */
export function pause(clock: HostClock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      takeBack();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const takeBack = clock.after(ms, end);
    signal.addEventListener("abort", end);
  });
}
