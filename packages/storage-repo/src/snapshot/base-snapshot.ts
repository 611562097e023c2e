/**
 * A base: every row at one point, and that point exactly, while writers go on.
 *
 * B1 All exporters see the same snapshot, however many there are and whenever they start.
 * B2 base + the batches that `belongsToDelta` = the rows, at any later time.
 */
import type { Connection, Database, Queryable, Transaction } from "@tenon/postgres";
import type { ReplicationConnection } from "@tenon/postgres/replication";
import type { AnyRead } from "../api/read.ts";
import type { Snapshot } from "../api/repo.ts";
import { repoError } from "../api/repo-error.ts";
import { readIdentity } from "../feed/feed-identity.ts";
import { settledNow } from "../feed/postgres-feed.ts";
import { newBaseSlotName } from "../feed/slot-admin.ts";
import { sqlSnapshot } from "../postgres/read-path.ts";
import type { Watermark } from "./watermark.ts";

/** Exporters at one time: each is a connection with an open snapshot, which holds vacuum back. */
const EXPORTERS_MAX = 8;

export interface BaseSnapshot {
  readonly watermark: Watermark;
  /** For `joinBase` in another thread or process, while the work goes on. */
  readonly exported: string;
  /** Reads at the base's snapshot. Calls run beside one another, at most 8 at a time. */
  export<Result>(reads: readonly AnyRead[], work: (snapshot: Snapshot) => Promise<Result>): Promise<Result>;
}

export interface BaseOptions {
  readonly database: Database;
  /** With it, a slot is made whose stream begins where the base ends, for the consumer of the delta. */
  readonly slotFor?:
    | { readonly consumer: string; readonly openReplication: () => Promise<ReplicationConnection> }
    | undefined;
}

/**
 * Takes a base and runs the work over it. The snapshot ends with the work; the slot stays, for `deltaCursor`, unless the
 * work fails.
 *
 * @throws GraphError TENON1539 when a transaction stays open, so that no floor can be told
 */
export async function withBase<Result>(
  { database, slotFor }: BaseOptions,
  work: (base: BaseSnapshot) => Promise<Result>,
): Promise<Result> {
  const { feedEpoch } = await readIdentity(database);
  const floorSeq = await settledNow(database);
  if (slotFor === undefined) {
    return withConnection(database, (holder) =>
      holder.transaction(
        async (tx) => {
          await mayTakeLong(tx, database);
          const [row] = await tx.query<{ name: string }>("select pg_export_snapshot() as name");
          const snapshot = await snapshotText(tx);
          return work(new ExportedBase(database, { feedEpoch, snapshot, floorSeq }, row?.name ?? ""));
        },
        { isolation: "repeatableRead" },
      ),
    );
  }
  const replication = await slotFor.openReplication();
  const name = newBaseSlotName(slotFor.consumer);
  try {
    const { consistentPoint: lsn, snapshot: exported = "" } = await replication.createSlot({
      slot: name,
      exportSnapshot: true,
    });
    const snapshot = await importSnapshot(database, exported, snapshotText);
    const base = new ExportedBase(database, { feedEpoch, snapshot, floorSeq, slot: { name, lsn } }, exported);
    try {
      return await work(base);
    } catch (error) {
      await replication.dropSlot(name);
      throw error;
    }
  } finally {
    await replication.close();
  }
}

/**
 * Reads at the snapshot of a base that another thread or process holds open.
 *
 * @param exported of the holder's {@link BaseSnapshot}
 * @param work its second argument is for what is no read of a row, e.g. `tombstonesOf`
 * @throws GraphError TENON1543 when the holder has ended
 */
export function joinBase<Result>(
  {
    database,
    exported,
    reads,
  }: { readonly database: Database; readonly exported: string; readonly reads: readonly AnyRead[] },
  work: (snapshot: Snapshot, tx: Queryable) => Promise<Result>,
): Promise<Result> {
  return importSnapshot(database, exported, (tx) => work(sqlSnapshot(tx, reads), tx));
}

class ExportedBase implements BaseSnapshot {
  readonly watermark: Watermark;
  readonly exported: string;
  readonly #database: Database;
  #exporting = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(database: Database, watermark: Watermark, exported: string) {
    this.#database = database;
    this.watermark = watermark;
    this.exported = exported;
  }

  async export<Result>(reads: readonly AnyRead[], work: (snapshot: Snapshot) => Promise<Result>): Promise<Result> {
    if (this.#exporting >= EXPORTERS_MAX) await new Promise<void>((turn) => this.#waiting.push(turn));
    this.#exporting++;
    try {
      return await joinBase({ database: this.#database, exported: this.exported, reads }, work);
    } finally {
      this.#exporting--;
      this.#waiting.shift()?.();
    }
  }
}

function importSnapshot<Result>(
  database: Database,
  exported: string,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return withConnection(database, (connection) =>
    connection.transaction(
      async (tx) => {
        try {
          await tx.query(`set transaction snapshot '${exported.replaceAll("'", "''")}'`);
        } catch (cause) {
          throw snapshotGone(cause);
        }
        await mayTakeLong(tx, database);
        return work(tx);
      },
      { isolation: "repeatableRead", readOnly: true },
    ),
  );
}

async function withConnection<Result>(
  database: Database,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await database.connect();
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** The holder of a snapshot waits for its exporters, and those read whole tables: the server's limits are for others. */
async function mayTakeLong(tx: Transaction, { serverVersion }: Database): Promise<void> {
  await tx.execute("set local idle_in_transaction_session_timeout = 0");
  if (serverVersion >= 170_000) await tx.execute("set local transaction_timeout = 0");
}

async function snapshotText(tx: Transaction): Promise<string> {
  const [row] = await tx.query<{ snapshot: string }>("select pg_current_snapshot()::text as snapshot");
  return row?.snapshot ?? "";
}

/** TENON1543: parts of two bases never fit. */
function snapshotGone(cause: unknown): Error {
  return repoError("TENON1543", "the snapshot of a base is gone", {
    category: "resource",
    expected: "the connection that exported it, still open",
    found: "none",
    hint: "export inside the work of withBase; if the connection was lost, take a new base: parts of two bases never fit",
    cause,
  });
}
