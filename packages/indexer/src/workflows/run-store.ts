/** Runs of workflows in Postgres. Times are the server's: processes whose clocks differ agree on leases. */
import { type Database, sqlStateOf, type Transaction } from "@tenon/postgres";
import { indexerError } from "../indexer-error.ts";
import { prepareRunTables } from "./run-tables.ts";
import type { JsonRecord, Progress } from "./workflow.ts";

export interface ClaimedRun {
  readonly id: number;
  readonly workflow: string;
  readonly options: JsonRecord;
  readonly saved: JsonRecord | undefined;
  /** Rises with every claim: an earlier owner can finish nothing. */
  readonly claim: bigint;
  readonly attempts: number;
}

export type RunState = "asked" | "running" | "done" | "failed";

export interface RunRecord {
  readonly id: number;
  readonly workflow: string;
  readonly trigger: "schedule" | "command";
  readonly state: RunState;
  readonly owner: string | null;
  readonly attempts: number;
  readonly options: JsonRecord;
  readonly askedAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly done: number;
  readonly total: number | null;
  readonly result: JsonRecord | null;
  readonly error: string | null;
}

/** Times a run is begun in all; after that it has failed. */
export const ATTEMPTS_MAX = 5;
/** Runs kept per workflow; older ones that have ended are forgotten. */
export const RUNS_KEPT = 200;
const UNIQUE_VIOLATION = "23505";
const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::int8";

export class RunStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  prepare(): Promise<void> {
    return prepareRunTables(this.#database);
  }

  /** Asks for a run. Resolves with its id; for a scheduled moment that was asked for already, with undefined. */
  async ask(asked: {
    readonly workflow: string;
    readonly options?: JsonRecord;
    readonly dueAtMs?: number;
  }): Promise<number | undefined> {
    const { workflow, options = {}, dueAtMs = null } = asked;
    const [row] = await this.#database.query<{ id: bigint }>(
      `insert into indexer_run (workflow, trigger, due_at_ms, asked_at_ms, options, state)
       values ($1, $2, $3, ${NOW_MS}, $4::jsonb, 'asked')
       on conflict (workflow, due_at_ms) where due_at_ms is not null do nothing returning id`,
      [workflow, dueAtMs === null ? "command" : "schedule", dueAtMs, JSON.stringify(options)],
    );
    return row === undefined ? undefined : Number(row.id);
  }

  /** The oldest run that is asked for, or whose owner's lease has ended, of a workflow that has none under way (W1). */
  async claim(options: {
    readonly workflows: readonly string[];
    readonly owner: string;
    readonly leaseMs: number;
  }): Promise<ClaimedRun | undefined> {
    const { workflows, owner, leaseMs } = options;
    try {
      const [row] = await this.#database.transaction((tx) => claimOne(tx, workflows, owner, leaseMs));
      if (row === undefined) return undefined;
      const { id, saved, claim, ...rest } = row;
      return { ...rest, id: Number(id), saved: saved ?? undefined, claim };
    } catch (error) {
      // Two processes began runs of one workflow in the same moment: the index let one through.
      if (sqlStateOf(error) === UNIQUE_VIOLATION) return undefined;
      throw error;
    }
  }

  /** @throws GraphError TENON1653 when the run is somebody else's by now */
  async step({ id, claim, workflow }: ClaimedRun, progress: Progress, leaseMs: number): Promise<void> {
    const { done, total = null, saved = null } = progress;
    const touched = await this.#database.execute(
      `update indexer_run set done = $3, total = $4, saved = coalesce($5::jsonb, saved), lease_until_ms = ${NOW_MS} + $6
       where id = $1 and claim = $2 and state = 'running'`,
      [id, claim, done, total, saved === null ? null : JSON.stringify(saved), leaseMs],
    );
    if (touched === 0) throw runLost(id, workflow);
  }

  async extend({ id, claim }: ClaimedRun, leaseMs: number): Promise<boolean> {
    const touched = await this.#database.execute(
      `update indexer_run set lease_until_ms = ${NOW_MS} + $3 where id = $1 and claim = $2 and state = 'running'`,
      [id, claim, leaseMs],
    );
    return touched > 0;
  }

  /** @throws GraphError TENON1653 when the run is somebody else's by now */
  async finish({ id, claim, workflow }: ClaimedRun, end: { result: JsonRecord } | { error: string }): Promise<void> {
    const isDone = "result" in end;
    const touched = await this.#database.execute(
      `update indexer_run set state = $3, finished_at_ms = ${NOW_MS}, result = $4::jsonb, error = $5
       where id = $1 and claim = $2 and state = 'running'`,
      [id, claim, isDone ? "done" : "failed", isDone ? JSON.stringify(end.result) : null, isDone ? null : end.error],
    );
    if (touched === 0) throw runLost(id, workflow);
    await this.#database.execute(
      `delete from indexer_run where workflow = $1 and state in ('done', 'failed') and id <=
         (select id from indexer_run where workflow = $1 order by id desc offset ${RUNS_KEPT} limit 1)`,
      [workflow],
    );
  }

  /** Gives a run back, with what it saved: its process stops. Another one goes on at once. */
  async release({ id, claim }: ClaimedRun): Promise<void> {
    await this.#database.execute(
      `update indexer_run set lease_until_ms = 0, attempts = greatest(attempts - 1, 0)
       where id = $1 and claim = $2 and state = 'running'`,
      [id, claim],
    );
  }

  /** When a workflow was last due and asked for, ms since 1970; undefined when never. */
  async lastDueMs(workflow: string): Promise<number | undefined> {
    const [row] = await this.#database.query<{ due: bigint | null }>(
      "select max(due_at_ms) as due from indexer_run where workflow = $1",
      [workflow],
    );
    return row?.due === null || row?.due === undefined ? undefined : Number(row.due);
  }

  /** Newest first. */
  async runs(choice: {
    readonly workflow?: string;
    readonly id?: number;
    readonly runsMax: number;
  }): Promise<readonly RunRecord[]> {
    const rows = await this.#database.query<StoredRun>(
      `select id, workflow, trigger, state, owner, attempts, options, asked_at_ms, started_at_ms, finished_at_ms, done, total,
         result, error
       from indexer_run where ($1::text is null or workflow = $1) and ($2::int8 is null or id = $2) order by id desc limit $3`,
      [choice.workflow ?? null, choice.id ?? null, choice.runsMax],
    );
    return rows.map(toRecord);
  }
}

interface ClaimRow {
  readonly id: bigint;
  readonly workflow: string;
  readonly options: JsonRecord;
  readonly saved: JsonRecord | null;
  readonly claim: bigint;
  readonly attempts: number;
}

async function claimOne(
  tx: Transaction,
  workflows: readonly string[],
  owner: string,
  leaseMs: number,
): Promise<readonly ClaimRow[]> {
  await tx.execute(
    `update indexer_run set state = 'failed', finished_at_ms = ${NOW_MS}, error = coalesce(error || '; ', '') || 'its process ended, '
       || attempts || ' times'
     where state = 'running' and lease_until_ms < ${NOW_MS} and attempts >= ${ATTEMPTS_MAX} and workflow = any($1)`,
    [workflows],
  );
  return tx.query<ClaimRow>(
    `update indexer_run set state = 'running', owner = $2, claim = claim + 1, attempts = attempts + 1,
       started_at_ms = coalesce(started_at_ms, ${NOW_MS}), lease_until_ms = ${NOW_MS} + $3
     where id = (
       select open.id from indexer_run open
       where open.workflow = any($1)
         and ((open.state = 'running' and open.lease_until_ms < ${NOW_MS})
           or (open.state = 'asked' and not exists (
             select from indexer_run other where other.workflow = open.workflow and other.state = 'running')))
       order by open.id limit 1 for update skip locked)
     returning id, workflow, options, saved, claim, attempts`,
    [workflows, owner, leaseMs],
  );
}

interface StoredRun {
  readonly id: bigint;
  readonly workflow: string;
  readonly trigger: "schedule" | "command";
  readonly state: RunState;
  readonly owner: string | null;
  readonly attempts: number;
  readonly options: JsonRecord;
  readonly asked_at_ms: bigint;
  readonly started_at_ms: bigint | null;
  readonly finished_at_ms: bigint | null;
  readonly done: bigint;
  readonly total: bigint | null;
  readonly result: JsonRecord | null;
  readonly error: string | null;
}

function toRecord(row: StoredRun): RunRecord {
  const { id, workflow, trigger, state, owner, attempts, options, result, error } = row;
  const facts = { workflow, trigger, state, owner, attempts, options, result, error };
  return {
    id: Number(id),
    ...facts,
    askedAtMs: Number(row.asked_at_ms),
    startedAtMs: numberOrNull(row.started_at_ms),
    finishedAtMs: numberOrNull(row.finished_at_ms),
    done: Number(row.done),
    total: numberOrNull(row.total),
  };
}

function numberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function runLost(id: number, workflow: string): Error {
  return indexerError("runLost", `run ${id} of workflow "${workflow}" belongs to another process by now`, {
    detail: "its lease ended: no step was finished in time, or the process stood still",
    hint: "nothing is lost: the other process goes on from the last step; look at `tenon workflow runs`",
  });
}
