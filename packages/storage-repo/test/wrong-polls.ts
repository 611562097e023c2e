/** Polls that look right. Each loses, repeats or reorders batches; tests show that the oracles notice. */
import type { Database, Queryable } from "@tenon/postgres";
import {
  BATCH_COLUMNS,
  type BatchRow,
  type PollSource,
  type StoredPage,
  storedBatch,
} from "../src/feed/poll-source.ts";
import { lastSequence, readOldest, takeFence } from "../src/feed/settled.ts";
import { CHANGE_BATCH } from "../src/postgres/names.ts";

type MakeSource = (database: Database, after: bigint) => PollSource;

async function page(database: Queryable, where: string, values: readonly unknown[]): Promise<readonly BatchRow[]> {
  return database.query<BatchRow>(`select ${BATCH_COLUMNS} from ${CHANGE_BATCH} as batch ${where}`, values);
}

function pageOf(rows: readonly BatchRow[], upTo: bigint): StoredPage {
  return { rows: rows.map(storedBatch), upTo };
}

/** `seq > last`: numbers are taken before they become visible. */
export const naiveSequence: MakeSource = (database) => ({
  async next(after, rowsMax) {
    const rows = await page(database, "where batch.seq > $1 order by batch.seq limit $2", [after, rowsMax]);
    return pageOf(rows, rows.at(-1)?.seq ?? after);
  },
});

/** The fence is the snapshot's xmax: one past the latest *completed* transaction, so running ones may lie above it. */
export const xmaxFence: MakeSource = (database, start) =>
  fenced(database, start, async () => {
    const upTo = await lastSequence(database);
    const [row] = await database.query<{ xmax: bigint }>("select pg_snapshot_xmax(pg_current_snapshot()) as xmax");
    return { upTo, fence: row?.xmax ?? 0n };
  });

/** The fence is taken first: a transaction that starts in between holds a number below H and an id above the fence. */
export function fenceFirst(between: () => Promise<void>): MakeSource {
  return (database, start) =>
    fenced(database, start, async () => {
      const fence = await takeFence(database);
      await between();
      return { upTo: await lastSequence(database), fence };
    });
}

function fenced(
  database: Database,
  start: bigint,
  take: () => Promise<{ readonly upTo: bigint; readonly fence: bigint }>,
): PollSource {
  let settled = start;
  return {
    async next(after, rowsMax) {
      const { upTo, fence } = await take();
      if ((await readOldest(database)) >= fence) settled = upTo;
      if (after >= settled) return { rows: [], upTo: after };
      const where = "where batch.seq > $1 and batch.seq <= $2 order by batch.seq limit $3";
      const rows = await page(database, where, [after, settled, rowsMax]);
      return pageOf(rows, rows.length === rowsMax ? (rows.at(-1)?.seq ?? after) : settled);
    },
  };
}

/** Complete, but whoever took its id first may have written the shared row second. */
export const orderedByXid: MakeSource = (database) => {
  let at = { xid: 0n, seq: 0n };
  return {
    async next(_, rowsMax) {
      const rows = await page(
        database,
        `where (batch.xid, batch.seq) > ($1::text::xid8, $2) and batch.xid < pg_snapshot_xmin(pg_current_snapshot())
         order by batch.xid, batch.seq limit $3`,
        [String(at.xid), at.seq, rowsMax],
      );
      at = rows.at(-1) ?? at;
      return pageOf(rows, at.seq);
    },
  };
};

/** Ordered inside a window of ids, but a later window may hold what was written earlier. */
export const closedWindows: MakeSource = (database) => {
  let from = 0n;
  return {
    async next(after) {
      const to = await readOldest(database);
      const where = "where batch.xid >= $1::text::xid8 and batch.xid < $2::text::xid8 order by batch.seq";
      const rows = await page(database, where, [String(from), String(to)]);
      from = to;
      return pageOf(rows, rows.at(-1)?.seq ?? after);
    },
  };
};

/** `order by xid` finds the text in the select list first: '10000' sorts before '9999'. */
export const xidAsText: MakeSource = (database) => {
  let at = { xid: "0", seq: 0n };
  return {
    async next(_, rowsMax) {
      const rows = await database.query<Omit<BatchRow, "xid"> & { readonly xid: string }>(
        `select batch.xid::text as xid, ${BATCH_COLUMNS.replace("batch.xid as xid, ", "")} from ${CHANGE_BATCH} as batch
         where (batch.xid, batch.seq) > ($1::text::xid8, $2) and batch.xid < pg_snapshot_xmin(pg_current_snapshot())
         order by xid, seq limit $3`,
        [at.xid, at.seq, rowsMax],
      );
      at = rows.at(-1) ?? at;
      return pageOf(
        rows.map((row) => ({ ...row, xid: BigInt(row.xid) })),
        at.seq,
      );
    },
  };
};
