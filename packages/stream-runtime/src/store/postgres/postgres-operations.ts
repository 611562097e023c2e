/** What operators do to tasks in Postgres. Each command is one transaction; running workers see it at their next commit or look. */
import type { Database } from "@tenon/postgres";
import { streamError } from "../../task/stream-error.ts";
import { unknownTask } from "../store-errors.ts";
import type { ParkedRow, TaskOperations, TaskPartition, TaskStatus } from "../task-store.ts";
import { readParkedRow, type StoredParkedRow } from "./read-rows.ts";
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
      `select o.task, o.partition, o.epoch, o.next, o.watermark_ms, o.owner, t.paused,
          (select count(*) from stream_outbox x where x.task = o.task and x.partition = o.partition) as outbox_pending,
          (select min(time_ms) from stream_outbox x where x.task = o.task and x.partition = o.partition) as outbox_oldest_ms,
          (select count(*) from stream_parked p where p.task = o.task and p.partition = o.partition) as parked
        from stream_offset o join stream_task t using (task) order by o.task, o.partition`,
    );
    return rows.map((row) => ({
      task: row.task,
      partition: row.partition,
      epoch: Number(row.epoch),
      next: Number(row.next ?? 0),
      watermarkMs: row.watermark_ms === null ? Number.NEGATIVE_INFINITY : Number(row.watermark_ms),
      paused: row.paused,
      owner: row.owner,
      outboxPending: Number(row.outbox_pending),
      outboxOldestMs: row.outbox_oldest_ms === null ? undefined : Number(row.outbox_oldest_ms),
      parked: Number(row.parked),
    }));
  }

  async pause(task: string, paused: boolean): Promise<void> {
    const touched = await this.#database.execute("update stream_task set paused = $2 where task = $1", [task, paused]);
    if (touched === 0) throw await this.#unknown(task);
  }

  async parked(task: string): Promise<readonly (ParkedRow & TaskPartition)[]> {
    const rows = await this.#database.query<StoredParkedRow>(
      "select * from stream_parked where task = $1 order by partition, at_offset limit $2",
      [task, PARKED_MAX],
    );
    return rows.map(readParkedRow);
  }

  async retryParked(task: string, offsets: readonly number[] | "all"): Promise<number> {
    const touched = await this.#database.execute(
      "update stream_parked set wants_retry = true where task = $1 and not wants_retry and ($2::bigint[] is null or at_offset = any($2))",
      [task, offsets === "all" ? null : offsets],
    );
    if (touched === 0) await this.#require(task);
    return touched;
  }

  async rewind(task: string, next: Readonly<Record<number, number>>): Promise<void> {
    await this.#require(task);
    await this.#database.transaction(async (tx) => {
      const [windows] = await tx.query<{ name: string | null }>("select to_regclass($1)::text as name", [
        windowTable(task),
      ]);
      for (const [partition, offset] of Object.entries(next)) {
        if (!Number.isSafeInteger(offset) || offset < 0) throw wrongOffset(task, partition, offset);
        const at = [task, Number(partition)];
        const touched = await tx.execute(
          `update stream_offset set epoch = epoch + 1, next = $3, watermark_ms = null, inbox = '{}' where task = $1 and partition = $2`,
          [...at, offset],
        );
        if (touched === 0) throw noPartition(task, partition);
        await tx.execute("delete from stream_state where task = $1 and partition = $2", at);
        await tx.execute("delete from stream_parked where task = $1 and partition = $2", at);
        if (windows?.name != null) await tx.execute(`delete from ${windowTable(task)} where partition = $1`, [at[1]]);
      }
    });
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

interface StoredStatus {
  readonly task: string;
  readonly partition: number;
  readonly epoch: bigint;
  readonly next: bigint | null;
  readonly watermark_ms: bigint | null;
  readonly owner: string;
  readonly paused: boolean;
  readonly outbox_pending: bigint;
  readonly outbox_oldest_ms: bigint | null;
  readonly parked: bigint;
}
