/** The task store in Postgres: the one place where a batch becomes real. */
import { type Database, migrate, type Transaction } from "@tenon/postgres";
import type { Lane } from "../../task/lane.ts";
import type { WindowRow } from "../../window/fold-plan.ts";
import { changedAggregates, notPrepared } from "../store-errors.ts";
import type { StoreMutant } from "../store-mutant.ts";
import type {
  BatchCommit,
  Claim,
  CommitOutcome,
  Control,
  OutboxRow,
  ParkedRow,
  PartitionTime,
  StateRow,
  Stop,
  StoredTask,
  TaskPartition,
  TaskStore,
} from "../task-store.ts";
import { CommitStatements, type CommitStep } from "./commit-statement.ts";
import {
  readOutboxRow,
  readParkedRow,
  readWindowRow,
  type StoredOutboxRow,
  type StoredParkedRow,
} from "./read-rows.ts";
import { createWindowTable, TASK_MIGRATIONS, type WindowColumn, windowColumns, windowTable } from "./tables.ts";

/** Takes part in the same transaction as the batch it belongs to. The lane is the task's, for `repo.write`. */
export type WriteSetWriter = (tx: Transaction, writeSets: readonly unknown[], lane: Lane) => Promise<void>;

export interface PostgresTaskStoreOptions {
  readonly database: Database;
  /** Writes the write sets of a batch to the repository. */
  readonly write?: WriteSetWriter;
  /** Told when a step of a commit is done; such commits go statement by statement. For tests that stop there. */
  readonly onStep?: (step: CommitStep, at: TaskPartition) => Promise<void>;
  /** Breaks the protocol in one place, so that a test can show that it would be noticed. Never in a program. */
  readonly mutant?: StoreMutant;
}

/** Advisory lock of all that add tasks: a task has a table of its own for its windows. */
const PREPARE_LOCK = 7_305_811_001;
export class PostgresTaskStore implements TaskStore {
  readonly #options: PostgresTaskStoreOptions;
  readonly #columns = new Map<string, readonly WindowColumn[]>();
  readonly #statements = new Map<string, CommitStatements>();

  constructor(options: PostgresTaskStoreOptions) {
    this.#options = options;
  }

  async prepare(tasks: readonly StoredTask[]): Promise<void> {
    await migrate(this.#database, TASK_MIGRATIONS);
    await this.#database.transaction(async (tx) => {
      await tx.query("select pg_advisory_xact_lock($1)", [PREPARE_LOCK]);
      for (const { name, source, window } of tasks) {
        const layout = JSON.stringify(window ?? null);
        const [stored] = await tx.query<{ layout: string }>(
          "insert into stream_task (task, layout, source) values ($1, $2, $3) on conflict (task) do update set source = excluded.source returning layout",
          [name, layout, source],
        );
        if (stored?.layout !== layout) throw changedAggregates(name, stored?.layout ?? "nothing", layout);
        if (window !== undefined) await tx.execute(createWindowTable(name, windowColumns(window)));
      }
    });
    const isFenced = this.#options.mutant?.startsWith("noFence") !== true;
    for (const { name, window } of tasks) {
      const columns = window === undefined ? [] : windowColumns(window);
      this.#columns.set(name, columns);
      this.#statements.set(name, new CommitStatements(name, columns, { isFenced }));
    }
  }

  async claim({ task, partition }: TaskPartition, owner: string): Promise<Claim> {
    const [row] = await this.#database.query<StoredClaim>(
      `insert into stream_offset (task, partition, epoch, owner) values ($1, $2, 1, $3)
        on conflict (task, partition) do update set epoch = stream_offset.epoch + 1, owner = excluded.owner, resting = false
        returning epoch, next, watermark_ms, outbox_seq, inbox`,
      [task, partition, owner],
    );
    const { epoch, next, watermark_ms, outbox_seq, inbox } = row as StoredClaim;
    return {
      epoch: Number(epoch),
      next: next === null ? undefined : Number(next),
      watermarkMs: watermark_ms === null ? Number.NEGATIVE_INFINITY : Number(watermark_ms),
      outboxSeq: Number(outbox_seq),
      inbox,
    };
  }

  async state({ task, partition }: TaskPartition, keys: readonly string[]): Promise<readonly StateRow[]> {
    return this.#database.query<StateRow>(
      {
        name: "stream-state",
        text: "select key, value::text as value from stream_state where task = $1 and partition = $2 and key = any($3::text[])",
      },
      [task, partition, keys],
    );
  }

  async windows({ task, partition }: TaskPartition, endAfterMs: number): Promise<readonly WindowRow[]> {
    const columns = this.#columns.get(task) ?? [];
    const values = columns.map(({ column }) => column).join(", ");
    const rows = await this.#database.query<Record<string, unknown>>(
      `select size_ms, start_ms, key, revision, json_build_array(${values}) as values from ${windowTable(task)}
        where partition = $1 and start_ms + size_ms > $2`,
      [partition, Number.isFinite(endAfterMs) ? endAfterMs : Number.MIN_SAFE_INTEGER],
    );
    return rows.map(readWindowRow);
  }

  commit(batch: BatchCommit): Promise<CommitOutcome> {
    return this.commitTogether([batch]);
  }

  async commitTogether(batches: readonly BatchCommit[]): Promise<CommitOutcome> {
    const { mutant, onStep } = this.#options;
    const [first] = batches;
    if (first === undefined) return "committed";
    const statements = this.#statementsOf(first.task);
    if (mutant === "offsetFirst") return this.#commitOffsetFirst(batches, statements);
    if (onStep !== undefined) return this.#database.transaction((tx) => this.#inSteps(tx, batches, statements));
    const { statement, values } = statements.whole(batches);
    if (batches.every(({ writes }) => writes.length === 0)) {
      // Not a query: without an answer its outcome is unknown (TENON1503), and the next claim reads what became of it.
      return outcomeOf(await this.#database.execute(statement, values), batches);
    }
    return this.#database.transaction(async (tx) => {
      const outcome = outcomeOf(await tx.execute(statement, values), batches);
      if (outcome === "committed") await this.#write(tx, batches);
      return outcome;
    });
  }

  async #inSteps(
    tx: Transaction,
    batches: readonly BatchCommit[],
    statements: CommitStatements,
  ): Promise<CommitOutcome> {
    let done: CommitStep | undefined;
    const ended = async (step: CommitStep) => {
      for (const batch of batches) await this.#options.onStep?.(step, batch);
    };
    for (const { step, text, values } of statements.steps(batches)) {
      if (done !== undefined && done !== step) await ended(done);
      const touched = await tx.execute(text, values);
      if (step === "fence" && touched !== batches.length) return "fenced";
      done = step;
    }
    if (done !== undefined) await ended(done);
    await this.#write(tx, batches);
    return "committed";
  }

  async #write(tx: Transaction, batches: readonly BatchCommit[]): Promise<void> {
    const writes = batches.length === 1 ? (batches[0]?.writes ?? []) : batches.flatMap((batch) => batch.writes);
    const { lane } = batches[0] as BatchCommit;
    if (writes.length > 0) await this.#options.write?.(tx, writes, lane);
  }

  /** The mutant: two transactions where one is needed. */
  async #commitOffsetFirst(batches: readonly BatchCommit[], statements: CommitStatements): Promise<CommitOutcome> {
    const [fence, ...rest] = statements.steps(batches);
    const moved = await this.#database.execute(fence?.text ?? "", fence?.values);
    if (moved !== batches.length) return "fenced";
    for (const batch of batches) await this.#options.onStep?.("fence", batch);
    await this.#database.transaction(async (tx) => {
      for (const { text, values } of rest) await tx.execute(text, values);
    });
    return "committed";
  }

  async control({ task, partition }: TaskPartition): Promise<Control> {
    const [row] = await this.#database.query<StoredControl>(
      {
        name: "stream-control",
        text: `select o.epoch, o.owner, t.paused, o.resting,
            exists (select from stream_parked p where p.task = $1 and p.partition = $2 and wants_retry) as retries
          from stream_task t left join stream_offset o on o.task = t.task and o.partition = $2 where t.task = $1`,
      },
      [task, partition],
    );
    return {
      epoch: Number(row?.epoch ?? 0),
      owner: row?.owner ?? "",
      paused: row?.paused ?? false,
      hasRetries: row?.retries ?? false,
      resting: row?.resting ?? false,
    };
  }

  async rest({ task, partition }: TaskPartition, epoch: number): Promise<void> {
    await this.#database.execute(
      `update stream_offset set resting = true where task = $1 and partition = $2 and epoch = $3
        and (select paused from stream_task where task = $1)`,
      [task, partition, epoch],
    );
  }

  async noteStop({ task, partition }: TaskPartition, stop: Stop): Promise<void> {
    await this.#database.execute(
      `update stream_offset set stopped = $4, stopped_at = clock_timestamp()
        where task = $1 and partition = $2 and coalesce((stopped->>'epoch')::bigint, 0) <= $3`,
      [task, partition, stop.epoch, JSON.stringify(stop)],
    );
  }

  async times(task: string): Promise<readonly PartitionTime[]> {
    const rows = await this.#database.query<{ partition: number; watermark_ms: bigint | null; quiet_ms: number }>(
      `select partition, watermark_ms, (extract(epoch from clock_timestamp() - moved_at) * 1000)::float8 as quiet_ms
        from stream_offset where task = $1`,
      [task],
    );
    return rows.map(({ partition, watermark_ms, quiet_ms }) => ({
      partition,
      watermarkMs: watermark_ms === null ? Number.NEGATIVE_INFINITY : Number(watermark_ms),
      quietMs: quiet_ms,
    }));
  }

  async outbox({ task, partition }: TaskPartition, afterSeq: number, rowsMax: number): Promise<readonly OutboxRow[]> {
    const rows = await this.#database.query<StoredOutboxRow>(
      `select seq, topic, to_partition, key, time_ms, headers, value, record_id from stream_outbox
        where task = $1 and partition = $2 and seq > $3 order by seq limit $4`,
      [task, partition, afterSeq, rowsMax],
    );
    return rows.map(readOutboxRow);
  }

  async relayed({ task, partition }: TaskPartition, upToSeq: number): Promise<void> {
    await this.#database.execute("delete from stream_outbox where task = $1 and partition = $2 and seq <= $3", [
      task,
      partition,
      upToSeq,
    ]);
  }

  async retries({ task, partition }: TaskPartition, rowsMax: number): Promise<readonly (ParkedRow & TaskPartition)[]> {
    const rows = await this.#database.query<StoredParkedRow>(
      "select * from stream_parked where task = $1 and partition = $2 and wants_retry order by at_offset limit $3",
      [task, partition, rowsMax],
    );
    return rows.map(readParkedRow);
  }

  /** The database is the caller's to close. */
  async close(): Promise<void> {}

  #statementsOf(task: string): CommitStatements {
    const known = this.#statements.get(task);
    if (known === undefined) throw notPrepared(task);
    return known;
  }

  get #database(): Database {
    return this.#options.database;
  }
}

function outcomeOf(rows: number, batches: readonly BatchCommit[]): CommitOutcome {
  return rows === batches.length ? "committed" : "fenced";
}

interface StoredControl {
  readonly epoch: bigint | null;
  readonly owner: string | null;
  readonly paused: boolean;
  readonly resting: boolean | null;
  readonly retries: boolean;
}

interface StoredClaim {
  readonly epoch: bigint;
  readonly next: bigint | null;
  readonly watermark_ms: bigint | null;
  readonly outbox_seq: bigint;
  readonly inbox: Record<string, number>;
}
