/** When a group of a row was written at the version that it has: told by the stored batches of the change feed. Reads only. */
import type { Queryable } from "@tenon/postgres";
import type { AnyEntity, Key } from "../api/entity.ts";
import { LayoutBook } from "../feed/layout-book.ts";
import { BATCH_COLUMNS, type BatchRow, storedBatch } from "../feed/poll-source.ts";
import { CHANGE_BATCH } from "../postgres/names.ts";

/** Batches that are searched: the newest. What was written before them has no time. */
export const COMMITS_SEARCHED_MAX = 20_000;

export interface WrittenGroup {
  readonly entity: string;
  readonly key: Key;
  readonly group: string;
  readonly version: bigint;
}

/** Ms since 1970 on the database's clock, by `entity:key:group`; what is not among the newest batches is absent. */
export async function commitTimes(
  database: Queryable,
  entities: readonly AnyEntity[],
  written: readonly WrittenGroup[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Map(written.map((each) => [nameOf(each), each.version]));
  const times = new Map<string, number>();
  if (wanted.size === 0) return times;
  // Keys stand between commas in a batch's text: most batches are left aside without being read.
  const keys = [...new Set(written.map(({ key }) => `%,${JSON.stringify(key)},%`))];
  const rows = await database.query<BatchRow>(
    `select ${BATCH_COLUMNS} from (select * from ${CHANGE_BATCH} order by seq desc limit $1) as batch
     where batch.settled_seq is null and batch.body::text like any($2) order by batch.seq desc`,
    [COMMITS_SEARCHED_MAX, keys],
  );
  const layouts = new LayoutBook(database, entities);
  for (const row of rows) {
    const { atMs, schemaVersion, body } = storedBatch(row);
    for (const change of (await layouts.decoder(schemaVersion)).decode(body)) {
      const name = nameOf(change);
      if (wanted.get(name) === change.newVersion && !times.has(name)) times.set(name, atMs);
    }
  }
  return times;
}

function nameOf({ entity, key, group }: Pick<WrittenGroup, "entity" | "key" | "group">): string {
  return `${entity}:${key}:${group}`;
}
