/** Where a base ends and its delta begins. */
import type { ChangeBatch } from "../api/change.ts";
import type { FeedCursor } from "../api/change-feed.ts";

/**
 * W1 A batch belongs to the delta exactly when the base's snapshot does not see its transaction.
 * W2 Every batch up to `floorSeq` is in the base: history from there on stitches.
 */
export interface Watermark {
  readonly feedEpoch: string;
  /** The base's snapshot, as the server writes it: `xmin:xmax:running`. */
  readonly snapshot: string;
  readonly floorSeq: bigint;
  /** The position the slot of this base streams from; absent when there is no slot. */
  readonly slot?: { readonly name: string; readonly lsn: bigint };
}

/** Where the feed of the delta starts. With a slot it is exact; polling starts at the floor, and `belongsToDelta` tells. */
export function deltaCursor({ feedEpoch, floorSeq, slot }: Watermark): FeedCursor {
  return slot === undefined
    ? { mode: "poll", feedEpoch, seq: floorSeq }
    : { mode: "slot", feedEpoch, slot: slot.name, lsn: slot.lsn, settledSeq: floorSeq };
}

/** Which batches of the feed come after the base, as `pg_visible_in_snapshot` decides it. */
export function belongsToDelta(watermark: Watermark): (batch: Pick<ChangeBatch, "xid">) => boolean {
  const [xmin = "0", xmax = "0", running = ""] = watermark.snapshot.split(":");
  const [oldest, next] = [BigInt(xmin), BigInt(xmax)];
  const open = new Set(running === "" ? [] : running.split(",").map(BigInt));
  return ({ xid }) => xid >= oldest && (xid >= next || open.has(xid));
}

/** As stored and in manifests. */
export function watermarkToJson({ feedEpoch, snapshot, floorSeq, slot }: Watermark): string {
  const stored = slot === undefined ? {} : { slot: { name: slot.name, lsn: String(slot.lsn) } };
  return JSON.stringify({ feedEpoch, snapshot, floorSeq: String(floorSeq), ...stored });
}

export function watermarkFromJson(text: string): Watermark {
  const stored = JSON.parse(text) as {
    readonly feedEpoch: string;
    readonly snapshot: string;
    readonly floorSeq: string;
    readonly slot?: { readonly name: string; readonly lsn: string };
  };
  const { feedEpoch, snapshot, floorSeq, slot } = stored;
  return {
    feedEpoch,
    snapshot,
    floorSeq: BigInt(floorSeq),
    ...(slot !== undefined && { slot: { name: slot.name, lsn: BigInt(slot.lsn) } }),
  };
}
