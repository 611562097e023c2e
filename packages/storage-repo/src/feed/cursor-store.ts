import type { Database, Transaction } from "@tenon/postgres";
import { lsnOf, lsnText } from "@tenon/postgres/replication";
import type { ClaimedCursor, CursorStore, FeedCursor } from "../api/change-feed.ts";
import { cursorFenced } from "../api/feed-errors.ts";
import { prepared, SCHEMA } from "../postgres/names.ts";

interface CursorRow {
  readonly fence: bigint;
  readonly mode: "slot" | "poll" | null;
  readonly feed_epoch: string;
  readonly slot: string;
  readonly lsn: string | null;
  readonly settled_seq: bigint;
}

const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

const claimCursor = prepared(
  `insert into ${SCHEMA}.feed_cursor as stored (consumer, fence) values ($1, 1)
   on conflict (consumer) do update set fence = stored.fence + 1, updated_at_ms = ${NOW_MS}
   returning fence, mode, feed_epoch, slot, lsn::text as lsn, settled_seq`,
);
const saveCursor = prepared(
  `update ${SCHEMA}.feed_cursor
   set mode = $3, feed_epoch = $4, slot = $5, lsn = $6::pg_lsn, settled_seq = $7, updated_at_ms = ${NOW_MS}
   where consumer = $1 and fence = $2`,
);

/** Cursors in the database itself: saved in the transaction that holds what was made of the batches. */
export class PostgresCursors implements CursorStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Where a consumer that has never claimed a cursor begins: the delta of a base it was given. */
  async begin(consumer: string, cursor: FeedCursor): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<CursorRow>(claimCursor, [consumer]);
      await this.save(tx, { consumer, fence: row?.fence ?? 0n }, cursor);
    });
  }

  async claim(consumer: string): Promise<ClaimedCursor> {
    const [row] = await this.#database.query<CursorRow>(claimCursor, [consumer]);
    return { fence: row?.fence ?? 0n, cursor: row === undefined ? undefined : toCursor(row) };
  }

  async save(
    tx: Transaction,
    { consumer, fence }: { readonly consumer: string; readonly fence: bigint },
    cursor: FeedCursor,
  ): Promise<void> {
    const isSlot = cursor.mode === "slot";
    const saved = await tx.execute(saveCursor, [
      consumer,
      fence,
      cursor.mode,
      cursor.feedEpoch,
      isSlot ? cursor.slot : null,
      isSlot ? lsnText(cursor.lsn) : null,
      isSlot ? cursor.settledSeq : cursor.seq,
    ]);
    if (saved !== 1) throw cursorFenced(consumer, fence);
  }
}

function toCursor(row: CursorRow): FeedCursor | undefined {
  const { mode, feed_epoch: feedEpoch, slot, lsn, settled_seq: settledSeq } = row;
  if (mode === null) return undefined;
  if (mode === "poll") return { mode, feedEpoch, seq: settledSeq };
  return { mode, feedEpoch, slot, lsn: lsnOf(lsn ?? "0/0"), settledSeq };
}
