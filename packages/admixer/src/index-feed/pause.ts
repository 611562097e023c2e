import type { HostClock } from "@tenon/graph-core";

/** Waits on the host's clock; ends early, without an error, when the signal says so. */
export function pause(clock: HostClock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener("abort", end);
  });
}
