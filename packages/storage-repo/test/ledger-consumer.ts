/** A consumer as hosts are: what it made of the batches and its cursor commit in one transaction. */
import type { Database, Transaction } from "@tenon/postgres";
import type { ChangeBatch } from "../src/api/change.ts";
import type { FeedReader } from "../src/api/change-feed.ts";
import { chainBreaks } from "../src/conformance/index.ts";
import { PostgresCursors } from "../src/feed/cursor-store.ts";
import type { PostgresFeed } from "../src/feed/postgres-feed.ts";

export async function makeSink(database: Database): Promise<void> {
  await database.execute("create table sink (at bigint generated always as identity, seq bigint, changes json)");
}

export interface ConsumerOptions {
  readonly consumer: string;
  readonly feed: PostgresFeed;
  readonly sink: Database;
  /** Consumes until it says so; asked after every pull. */
  readonly enough: (delivered: number) => boolean | Promise<boolean>;
  /** Called between receiving and committing: a crash here must lose and repeat nothing. */
  readonly beforeCommit?: () => void;
  /** Planted: the cursor is saved in a transaction of its own, before or after the work. */
  readonly cursorApart?: "before" | "after";
}

/** Consumes until enough. What it throws is what a crash would leave behind. */
export async function consume({
  consumer,
  feed,
  sink,
  enough,
  beforeCommit,
  cursorApart,
}: ConsumerOptions): Promise<void> {
  const cursors = new PostgresCursors(sink);
  const { fence, cursor } = await cursors.claim(consumer);
  const reader: FeedReader = await feed.open({ consumer, from: cursor ?? "oldest" });
  try {
    for (let delivered = 0; !(await enough(delivered)); ) {
      const pulled = await reader.pull({ batchesMax: 50, waitMs: 100 });
      const save = (tx: Transaction) => cursors.save(tx, { consumer, fence }, pulled.cursor);
      if (cursorApart === "before") await sink.transaction(save);
      if (cursorApart === "before") beforeCommit?.();
      await sink.transaction(async (tx) => {
        for (const batch of pulled.batches) {
          await tx.execute("insert into sink (seq, changes) values ($1, $2)", [
            batch.seq,
            JSON.stringify(batch.changes, plain),
          ]);
        }
        if (cursorApart === undefined) await save(tx);
        if (cursorApart === undefined) beforeCommit?.();
      });
      if (cursorApart === "after") beforeCommit?.();
      if (cursorApart === "after") await sink.transaction(save);
      await reader.acknowledge(pulled.cursor);
      delivered += pulled.batches.length;
    }
  } finally {
    await reader.close().catch(() => undefined);
  }
}

/** What the sink holds, in the order in which it was committed. */
export async function sinkBatches(database: Database): Promise<readonly ChangeBatch[]> {
  const rows = await database.query<{ seq: bigint; changes: readonly StoredChange[] }>(
    "select seq, changes from sink order by at",
  );
  return rows.map(({ seq, changes }) => ({
    seq,
    xid: 0n,
    atMs: 0,
    lanes: [],
    changes: changes.map((change) => ({
      ...change,
      oldVersion: BigInt(change.oldVersion),
      newVersion: BigInt(change.newVersion),
    })) as unknown as ChangeBatch["changes"],
  }));
}

export async function sinkChainBreaks(database: Database): Promise<readonly string[]> {
  return chainBreaks(await sinkBatches(database));
}

interface StoredChange {
  readonly oldVersion: string;
  readonly newVersion: string;
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
