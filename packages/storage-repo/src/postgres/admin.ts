import type { Database, Transaction } from "@tenon/postgres";
import type { RowChange } from "../api/change.ts";
import { PRESENCE } from "../api/change-codec.ts";
import type { AnyEntity } from "../api/entity.ts";
import type { Record } from "./bulk.ts";
import { marked, SCHEMA, tableOf } from "./names.ts";
import { keyOf, type SqlRow } from "./written-rows.ts";

/** Characters of a statement that are kept in the log. */
const LOGGED_CHARACTERS_MAX = 2_000;

export interface AdminTransaction {
  /** Runs a statement on the entity's tables. It must end in `returning id`, so that every row it touched is recorded. */
  execute(entity: AnyEntity, statement: string, values?: readonly unknown[]): Promise<number>;
}

/** Repairs past the typed writes: still one transaction, one change batch, and a line in `repo.admin_log`. */
export function runAdmin<Result>(
  { database, record }: { readonly database: Database; readonly record: Record },
  reason: string,
  work: (admin: AdminTransaction) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (tx) => {
    const changes = new Map<string, RowChange>();
    const result = await work({
      execute: async (entity, statement, values = []) => {
        const touched = await tx.query<SqlRow>(marked(statement), values);
        for (const change of await fullChanges(tx, entity, touched))
          changes.set(`${entity.name}/${change.key}`, change);
        await tx.execute(`insert into ${SCHEMA}.admin_log (reason, statement, rows) values ($1, $2, $3)`, [
          reason,
          statement.slice(0, LOGGED_CHARACTERS_MAX),
          touched.length,
        ]);
        return touched.length;
      },
    });
    record(tx, [...changes.values()], undefined);
    return result;
  });
}

/** Versions stand still: what an operator repairs is not a producer's write. */
async function fullChanges(
  tx: Transaction,
  entity: AnyEntity,
  touched: readonly SqlRow[],
): Promise<readonly RowChange[]> {
  const type = entity.keyType === "integer" ? "bigint" : "text";
  const rows = await tx.query<SqlRow>(
    `select id, ver_presence, deleted from ${tableOf(entity)} where id = any($1::${type}[]) order by id`,
    [touched.map((row) => row.id)],
  );
  return rows.map((row) => ({
    entity: entity.name,
    key: keyOf(row.id),
    kind: row.deleted === true ? "delete" : "update",
    group: PRESENCE,
    mask: entity.mask,
    oldVersion: row.ver_presence as bigint,
    newVersion: row.ver_presence as bigint,
  }));
}
