/** A change of a bid, from the advertisers' database to what is served: what a person would try first. */
import { applyEdit } from "@tenon/ads-database";
import type { Database } from "@tenon/postgres";

export interface ShownChange {
  readonly adId: number;
  readonly adGroupId: number;
  readonly beforeMicros: number;
  readonly afterMicros: number;
  /** From the commit to the first look at which the host served the new bid. */
  readonly servedAfterMs: number;
}

export interface ShowChangeOptions {
  readonly adsDatabase: Database;
  readonly adId: number;
  /** When the served document's newest source change was, ms since the epoch; null when it is not served. */
  readonly servedSourceAtMs: () => Promise<number | null>;
  readonly pause: (ms: number) => Promise<void>;
}

const LOOK_MS = 20;
const WAIT_MAX_MS = 30_000;
/** Bids go up by a quarter: enough to be seen, little enough to be believed. */
const RISE = 1.25;

/**
 * Raises the bid of an ad's group by a quarter, waits until it is served, and takes the rise back: a system that is started again
 * and again stays what it was. Undefined when it was not served in half a minute.
 */
export async function showChange(options: ShowChangeOptions): Promise<ShownChange | undefined> {
  const { adsDatabase, adId } = options;
  const [row] = await adsDatabase.query<{ ad_group_id: bigint; bid_amount_micros: bigint }>(
    "select g.ad_group_id, g.bid_amount_micros from ads.ads a join ads.ad_groups g using (ad_group_id) where a.ad_id = $1",
    [adId],
  );
  if (row === undefined) return undefined;
  const [adGroupId, beforeMicros] = [Number(row.ad_group_id), Number(row.bid_amount_micros)];
  const afterMicros = Math.round(beforeMicros * RISE);
  const setBid = (bidAmountMicros: number) => {
    const change = { kind: "setBids", bids: [{ adGroupId, bidAmountMicros }] } as const;
    return adsDatabase.transaction((tx) => applyEdit(tx, { atMs: 0, change }), { attemptsMax: 5 });
  };
  await setBid(afterMicros);
  const committedMs = performance.now();
  const [written] = await adsDatabase.query<{ updated_at_ms: bigint }>(
    "select updated_at_ms from ads.ad_groups where ad_group_id = $1",
    [adGroupId],
  );
  try {
    while (performance.now() - committedMs < WAIT_MAX_MS) {
      const sourceAtMs = await options.servedSourceAtMs();
      if (sourceAtMs !== null && sourceAtMs >= Number(written?.updated_at_ms))
        return { adId, adGroupId, beforeMicros, afterMicros, servedAfterMs: performance.now() - committedMs };
      await options.pause(LOOK_MS);
    }
    return undefined;
  } finally {
    await setBid(beforeMicros);
  }
}
