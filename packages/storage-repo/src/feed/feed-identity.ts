import type { Queryable } from "@tenon/postgres";
import { otherHistory } from "../api/feed-errors.ts";
import { SCHEMA } from "../postgres/names.ts";
import { lastSequence } from "./settled.ts";

/** Which history this is, and how far back it reaches. */
export interface FeedIdentity {
  /**
   * The repository's own mark (new after a dump and restore), the cluster, and its timeline (new after a promotion or a
   * recovery to a point in time).
   */
  readonly feedEpoch: string;
  /** Batches up to it may be gone. */
  readonly floorSeq: bigint;
}

export async function readIdentity(database: Queryable): Promise<FeedIdentity> {
  const [row] = await database.query<{ epoch: string; floor: bigint }>(
    `select epoch::text || '.' || (select system_identifier from pg_control_system())
       || '.' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as epoch, floor_seq as floor
     from ${SCHEMA}.feed_identity`,
  );
  return { feedEpoch: row?.epoch ?? "", floorSeq: row?.floor ?? 0n };
}

/** @throws GraphError TENON1532 for a cursor of another history, or of a later state of this one */
export async function requireSameHistory(
  database: Queryable,
  identity: FeedIdentity,
  cursor: { readonly feedEpoch: string; readonly seq: bigint },
): Promise<void> {
  const { feedEpoch } = identity;
  if (cursor.feedEpoch !== feedEpoch) throw otherHistory({ stored: cursor.feedEpoch, current: feedEpoch });
  const last = await lastSequence(database);
  if (cursor.seq > last) {
    throw otherHistory({ stored: `batch ${cursor.seq}`, current: `${feedEpoch}, which has only come to ${last}` });
  }
}
