/** What operators do to tasks in Postgres. Each command is one transaction; running workers see it at their next commit or look. */
import type { Database, Queryable } from "@tenon/postgres";
import { streamError } from "../../task/stream-error.ts";
import { unknownTask } from "../store-errors.ts";
import type { Holdings, ParkedChoice, ParkedRecord, Stop, TaskOperations, TaskStatus } from "../task-store.ts";
import { readParkedRecord, type StoredParkedRecord } from "./read-rows.ts";
import { windowTable } from "./tables.ts";

/** Parked records shown or marked by one command. */
const PARKED_MAX = 10_000;

export class PostgresOperations implements TaskOperations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async status(): Promise<readonly TaskStatus[]> {
    const rows = await this.#database.query<StoredStatus>(
      `select o.task, o.partition, t.source, o.epoch, o.next, o.watermark_ms, o.owner, t.paused, o.resting,
          ${msSince("o.moved_at")} as quiet_ms, o.stopped, (extract(epoch from o.stopped_at) * 1000)::float8 as stopped_at_ms,
          (select count(*) from stream_outbox x where x.task = o.task and x.partition = o.partition) as outbox_pending,
          (select ${msSince("min(made_at)")} from stream_outbox x
            where x.task = o.task and x.partition = o.partition) as outbox_age_ms,
          (select count(*) from stream_parked p where p.task = o.task and p.partition = o.partition) as parked
        from stream_offset o join stream_task t using (task) order by o.task, o.partition`,
    );
    return rows.map((row) => ({
      task: row.task,
      partition: row.partition,
      source: row.source,
      epoch: Number(row.epoch),
      next: Number(row.next ?? 0),
      watermarkMs: row.watermark_ms === null ? Number.NEGATIVE_INFINITY : Number(row.watermark_ms),
      paused: row.paused,
      resting: row.resting,
      owner: row.owner,
      quietMs: row.quiet_ms,
      outboxPending: Number(row.outbox_pending),
      outboxAgeMs: row.outbox_age_ms ?? 0,
      parked: Number(row.parked),
      stopped: row.stopped === null ? undefined : { ...row.stopped, atMs: Math.round(row.stopped_at_ms ?? 0) },
    }));
  }

  async pause(task: string, paused: boolean): Promise<void> {
    const touched = await this.#database.transaction(async (tx) => {
      await tx.execute("update stream_offset set resting = false where task = $1", [task]);
      return tx.execute("update stream_task set paused = $2 where task = $1", [task, paused]);
    });
    if (touched === 0) throw await this.#unknown(task);
  }

  async parked(task: string): Promise<readonly ParkedRecord[]> {
    const rows = await this.#database.query<StoredParkedRecord>(
      `select *, (extract(epoch from parked_at) * 1000)::float8 as parked_at_ms
        from stream_parked where task = $1 order by partition, at_offset limit $2`,
      [task, PARKED_MAX],
    );
    return rows.map(readParkedRecord);
  }

  async holdings(task: string): Promise<readonly Holdings[]> {
    await this.#require(task);
    const windows = await this.#windowTableOf(this.#database, task);
    const counted = (table: string) =>
      `(select count(*) from ${table} x where x.partition = o.partition${table === windows ? "" : " and x.task = o.task"})::int`;
    return this.#database.query<Holdings>(
      `select o.task, o.partition, ${counted("stream_state")} as "stateKeys",
          ${windows === undefined ? 0 : counted(windows)} as "windowRows",
          ${counted("stream_parked")} as parked, ${counted("stream_outbox")} as "outboxPending"
        from stream_offset o where o.task = $1 order by o.partition`,
      [task],
    );
  }

  async retryParked(task: string, { offsets, partition }: ParkedChoice): Promise<number> {
    const touched = await this.#database.execute(
      `update stream_parked set wants_retry = true where task = $1 and not wants_retry
        and ($2::bigint[] is null or at_offset = any($2)) and ($3::int is null or partition = $3)`,
      [task, offsets === "all" ? null : offsets, partition ?? null],
    );
    if (touched === 0) await this.#require(task);
    return touched;
  }

  async rewind(task: string, next: Readonly<Record<number, number>>): Promise<void> {
    await this.#require(task);
    await this.#database.transaction(async (tx) => {
      const windows = await this.#windowTableOf(tx, task);
      for (const [partition, offset] of Object.entries(next)) {
        if (!Number.isSafeInteger(offset) || offset < 0) throw wrongOffset(task, partition, offset);
        const at = [task, Number(partition)];
        const touched = await tx.execute(
          `update stream_offset set epoch = epoch + 1, next = $3, watermark_ms = null, inbox = '{}', resting = false where task = $1 and partition = $2`,
          [...at, offset],
        );
        if (touched === 0) throw noPartition(task, partition);
        await tx.execute("delete from stream_state where task = $1 and partition = $2", at);
        await tx.execute("delete from stream_parked where task = $1 and partition = $2", at);
        if (windows !== undefined) await tx.execute(`delete from ${windows} where partition = $1`, [at[1]]);
      }
    });
  }

  async #windowTableOf(queryable: Queryable, task: string): Promise<string | undefined> {
    const [found] = await queryable.query<{ name: string | null }>("select to_regclass($1)::text as name", [
      windowTable(task),
    ]);
    return found?.name ?? undefined;
  }

  async #require(task: string): Promise<void> {
    const [known] = await this.#database.query("select 1 from stream_task where task = $1", [task]);
    if (known === undefined) throw await this.#unknown(task);
  }

  async #unknown(task: string): Promise<Error> {
    const rows = await this.#database.query<{ task: string }>("select task from stream_task");
    return unknownTask(
      task,
      rows.map((row) => row.task),
    );
  }
}

function wrongOffset(task: string, partition: string, offset: unknown): Error {
  return streamError("wrongCommand", `task "${task}" cannot start partition ${partition} at ${String(offset)}`, {
    hint: "give an offset: a whole number of 0 or more",
  });
}

function noPartition(task: string, partition: string): Error {
  return streamError("wrongCommand", `task "${task}" never had partition ${partition}`, {
    hint: "`tenon log status` lists the partitions of a task",
  });
}

/** Whole and broken milliseconds since a time, on the server's clock. */
function msSince(time: string): string {
  return `(extract(epoch from clock_timestamp() - ${time}) * 1000)::float8`;
}

interface StoredStatus {
  readonly task: string;
  readonly partition: number;
  readonly source: string;
  readonly epoch: bigint;
  readonly next: bigint | null;
  readonly watermark_ms: bigint | null;
  readonly owner: string;
  readonly paused: boolean;
  readonly outbox_pending: bigint;
  readonly outbox_age_ms: number | null;
  readonly resting: boolean;
  readonly quiet_ms: number;
  readonly stopped: Stop | null;
  readonly stopped_at_ms: number | null;
  readonly parked: bigint;
}
