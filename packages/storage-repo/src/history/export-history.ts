import type { Database } from "@tenon/postgres";
import type { ChangeBatch, RowChange } from "../api/change.ts";
import type { AnyEntity } from "../api/entity.ts";
import { columnsOfMask } from "../api/mask.ts";
import { LayoutBook } from "../feed/layout-book.ts";
import { toBatches } from "../feed/poll-reader.ts";
import { BATCH_COLUMNS, type BatchRow, storedBatch } from "../feed/poll-source.ts";
import { CHANGE_BATCH } from "../postgres/names.ts";
import { type ParquetColumn, ParquetFile } from "../snapshot/parquet-file.ts";

const BATCHES_PER_PAGE = 2_000;

/** One row per change, with names instead of places: readable without the layouts. */
const COLUMNS: readonly ParquetColumn[] = [
  { name: "seq", type: "INT64", nullable: false },
  { name: "xid", type: "INT64", nullable: false },
  { name: "at_ms", type: "INT64", nullable: false },
  { name: "lanes", type: "STRING", nullable: false },
  { name: "entity", type: "STRING", nullable: false },
  { name: "key", type: "STRING", nullable: false },
  { name: "kind", type: "STRING", nullable: false },
  { name: "group", type: "STRING", nullable: false },
  { name: "columns", type: "STRING", nullable: false },
  { name: "old_version", type: "INT64", nullable: false },
  { name: "new_version", type: "INT64", nullable: false },
  { name: "mapping_before", type: "STRING", nullable: true },
  { name: "mapping_after", type: "STRING", nullable: true },
];

export interface HistoryRange {
  /** `from` ≤ seq < `to`. */
  readonly from: bigint;
  readonly to: bigint;
}

/** Writes the changes of a range of batches, as a partition holds them, to a Parquet file. */
export async function exportHistory(
  { database, entities }: { readonly database: Database; readonly entities: readonly AnyEntity[] },
  { from, to }: HistoryRange,
  path: string,
): Promise<{ readonly path: string; readonly rows: number }> {
  const layouts = new LayoutBook(database, entities);
  const file = new ParquetFile(path, COLUMNS);
  try {
    for (let after = from - 1n; ; ) {
      const rows = await database.query<BatchRow>(
        `select ${BATCH_COLUMNS} from ${CHANGE_BATCH} as batch
         where batch.seq > $1 and batch.seq < $2 order by batch.seq limit $3`,
        [after, to, BATCHES_PER_PAGE],
      );
      const changes = (await toBatches(rows.map(storedBatch), layouts)).flatMap((batch) =>
        batch.changes.map((change) => ({ batch, change })),
      );
      await file.write(COLUMNS.map((_, column) => changes.map((each) => valuesOf(entities, each)[column])));
      if (rows.length < BATCHES_PER_PAGE) break;
      after = rows.at(-1)?.seq ?? to;
    }
    await file.finish();
    return { path, rows: file.rows };
  } catch (error) {
    file.abandon();
    throw error;
  }
}

function valuesOf(
  entities: readonly AnyEntity[],
  { batch, change }: { readonly batch: ChangeBatch; readonly change: RowChange },
): readonly unknown[] {
  const { seq, xid, atMs, lanes } = batch;
  const { entity: name, key, kind, group, mask, oldVersion, newVersion, mappingBefore, mappingAfter } = change;
  const entity = entities.find((each) => each.name === name);
  const columns = entity === undefined ? [] : columnsOfMask(entity, mask);
  return [
    ...[seq, xid, BigInt(atMs), lanes.join(","), name, String(key), kind, group, columns.join(",")],
    ...[oldVersion, newVersion, textOf(mappingBefore), textOf(mappingAfter)],
  ];
}

function textOf(values: readonly unknown[] | undefined): string | null {
  return values === undefined ? null : JSON.stringify(values);
}
