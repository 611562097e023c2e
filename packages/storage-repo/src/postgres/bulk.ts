import type { Database, Transaction } from "@tenon/postgres";
import { groupChange } from "../api/applied-write.ts";
import type { RowChange } from "../api/change.ts";
import type { AnyEntity, EntityColumn, EntityGroup } from "../api/entity.ts";
import type { Lane } from "../api/lane.ts";
import { WritePlanner } from "../api/planned-writes.ts";
import type { BulkOptions, BulkResult } from "../api/repo.ts";
import { repoError } from "../api/repo-error.ts";
import { type GroupWrite, WRITES_MAX } from "../api/write-set.ts";
import { copyChunks } from "./copy-text.ts";
import type { Dialect } from "./dialect.ts";
import { givenColumns, sentValue } from "./given.ts";

const ROWS_PER_TRANSACTION = 5_000;
const ATTEMPTS = 5;

export type Record = (tx: Transaction, changes: readonly RowChange[], lane: Lane | undefined) => void;

interface BulkParts {
  readonly database: Database;
  readonly dialect: Dialect;
  readonly record: Record;
}

interface BulkTarget {
  readonly entity: AnyEntity;
  readonly group: string;
  readonly writes: Iterable<GroupWrite> | AsyncIterable<GroupWrite>;
}

/** COPY into a table of the transaction, then one merge with masks, then one change batch; again, until all is written. */
export async function bulkWrite(
  parts: BulkParts,
  { entity, group: groupName, writes }: BulkTarget,
  { rowsPerTransaction = ROWS_PER_TRANSACTION, lane = "low" }: BulkOptions,
): Promise<BulkResult> {
  const group = requireGroup(entity, groupName);
  const planner = new WritePlanner([entity]);
  const counts = { rows: 0, applied: 0, dropped: 0, transactions: 0 };
  for await (const chunk of chunksOf(writes, Math.min(rowsPerTransaction, WRITES_MAX))) {
    const newest = [...newestPerKey(chunk).values()];
    planner.plan({ [entity.name]: { groups: { [groupName]: newest } } });
    const applied = await mergeChunk(parts, { entity, group, chunk: newest, lane });
    counts.rows += chunk.length;
    counts.applied += applied;
    counts.dropped += chunk.length - applied;
    counts.transactions++;
  }
  return counts;
}

function mergeChunk(
  { database, dialect, record }: BulkParts,
  facts: {
    readonly entity: AnyEntity;
    readonly group: EntityGroup;
    readonly chunk: readonly GroupWrite[];
    readonly lane: Lane;
  },
): Promise<number> {
  const { entity, group, chunk, lane } = facts;
  return database.transaction(
    async (tx) => {
      await tx.execute(`create temporary table given_rows (${givenColumns(entity, group)}) on commit drop`);
      await tx.copyIn("copy given_rows from stdin", copyChunks(copyRows(group, chunk)));
      const applied = await dialect.mergeGiven(tx, { kind: "group", entity, group, writes: chunk });
      const changes = applied.map((each) => groupChange(entity, group, each));
      record(tx, changes, lane);
      return applied.length;
    },
    { attemptsMax: ATTEMPTS },
  );
}

function* copyRows(group: EntityGroup, chunk: readonly GroupWrite[]): Generator<readonly unknown[]> {
  for (const { key, version, columns } of chunk) {
    yield [key, version, ...group.columns.map((column) => copyValue(column, columns[column.name]))];
  }
}

/** JSON text of scalars needs its quotes, which only objects get by themselves. */
function copyValue(column: EntityColumn, value: unknown): unknown {
  const sent = sentValue(column, value);
  return column.type === "json" && sent !== null ? JSON.stringify(sent) : sent;
}

function newestPerKey(chunk: readonly GroupWrite[]): ReadonlyMap<unknown, GroupWrite> {
  const newest = new Map<unknown, GroupWrite>();
  for (const write of chunk) {
    const known = newest.get(write.key);
    if (known === undefined || known.version < write.version) newest.set(write.key, write);
  }
  return newest;
}

async function* chunksOf(
  writes: Iterable<GroupWrite> | AsyncIterable<GroupWrite>,
  rowsMax: number,
): AsyncGenerator<readonly GroupWrite[]> {
  let chunk: GroupWrite[] = [];
  for await (const write of writes) {
    chunk.push(write);
    if (chunk.length < rowsMax) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function requireGroup(entity: AnyEntity, name: string): EntityGroup {
  const group = entity.groups.find((each) => each.name === name);
  if (group !== undefined) return group;
  throw repoError("TENON1521", `a bulk load names a group that "${entity.name}" does not have`, {
    category: "input",
    expected: entity.groups.map((each) => each.name).join(", "),
    found: name,
    hint: "load one group (or blob) at a time",
  });
}
