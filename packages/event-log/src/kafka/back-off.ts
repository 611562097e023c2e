import type { HostClock } from "@tenon/graph-core";
import { Bell } from "../group/bell.ts";

const FIRST_MS = 50;
const MOST_MS = 2_000;

/** Waits longer each time: 50 ms, doubled, up to 2 s. */
export async function backOff(clock: HostClock, attempt: number, signal?: AbortSignal): Promise<void> {
  await new Bell(clock).wait(Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10)), signal);
}
