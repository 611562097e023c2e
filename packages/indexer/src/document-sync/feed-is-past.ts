import { type HostClock, pause } from "@tenon/graph-core";
import type { Database } from "@tenon/postgres";
import { feedConsumers } from "@tenon/storage-repo";

/** Waits until a consumer of the change feed has stored everything up to a number; false when it does not come to it in time. */
export async function feedIsPast(
  seq: bigint,
  options: {
    readonly database: Database;
    readonly consumer: string;
    readonly clock: HostClock;
    readonly lookMs: number;
    readonly looksMax: number;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { database, consumer: name, clock, lookMs, looksMax, signal } = options;
  for (let look = 0; look < looksMax; look++) {
    signal.throwIfAborted();
    const consumer = (await feedConsumers(database)).find((each) => each.consumer === name);
    if (consumer !== undefined && (consumer.behind === 0 || (consumer.settledSeq ?? 0n) >= seq)) return true;
    await pause(clock, lookMs, signal);
  }
  return false;
}
