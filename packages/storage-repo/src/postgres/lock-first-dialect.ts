/**
 * Postgres 15 to 17: the rows are locked first, and the old values read under that lock. Rows that are missing are made
 * empty first, so that there is something to lock: two transactions that both find a row missing must not both insert it.
 */
import type { Transaction } from "@tenon/postgres";
import type { AnyEntity, EntityGroup, Key } from "../api/entity.ts";
import type { PlannedGroup, PlannedPresence } from "../api/planned-writes.ts";
import { CommonDialect } from "./common-dialect.ts";
import { givenJson, givenValue } from "./given.ts";
import { marked, quoted, tableOf, tableOfGroup } from "./names.ts";
import {
  type GivenSource,
  givenFrom,
  mappingExpressions,
  maskExpression,
  orderKey,
  storedName,
} from "./write-statements.ts";
import { appliedGroups, appliedPresence, keyOf, type SqlRow } from "./written-rows.ts";

interface Target {
  readonly entity: AnyEntity;
  /** Absent for presence. */
  readonly group: EntityGroup | undefined;
  readonly source: GivenSource;
}

export class LockFirstDialect extends CommonDialect {
  readonly name = "lockFirst";

  async upsertGroup(tx: Transaction, planned: PlannedGroup) {
    return this.#upsert(tx, planned, "json");
  }

  async mergeGiven(tx: Transaction, planned: PlannedGroup) {
    return this.#upsert(tx, planned, "table");
  }

  async writePresence(tx: Transaction, { entity, deleted, writes }: PlannedPresence) {
    const values = [givenJson(undefined, writes)];
    const made = await this.#lock(tx, { entity, group: undefined, source: "json" }, values);
    const statement = this.statement(entity, "presence", () => presenceStatement(entity));
    const rows = await tx.query<SqlRow>(statement, [...values, deleted]);
    return inKeyOrder(rows).map((row) =>
      appliedPresence(entity, deleted, { ...row, was_live: row.was_live === true && !made.has(keyOf(row.key)) }),
    );
  }

  async #upsert(tx: Transaction, planned: PlannedGroup, source: GivenSource) {
    const { entity, group, writes } = planned;
    const target = { entity, group, source };
    const values = source === "json" ? [givenJson(group, writes)] : [];
    const made = await this.#lock(tx, target, values);
    const statement = this.statement(entity, `${source} update ${group.name}`, () => updateStatement(target));
    const rows = await tx.query<SqlRow>(statement, values);
    return appliedGroups(
      planned,
      inKeyOrder(rows).map((row) => (made.has(keyOf(row.key)) ? { ...row, before: null } : row)),
    );
  }

  /** Locks every row in key order, and makes the missing ones. Returns the keys of those. */
  async #lock(tx: Transaction, target: Target, values: readonly unknown[]): Promise<ReadonlySet<Key>> {
    const { entity, group, source } = target;
    const what = `${source} ${group?.name ?? "presence"}`;
    const make = this.statement(entity, `${what} make`, () => makeStatement(target));
    const lock = this.statement(entity, `${what} lock`, () => lockStatement(target));
    const made = await tx.query<SqlRow>(make, values);
    await tx.execute(lock, values);
    return new Set(made.map((row) => keyOf(row.key)));
  }
}

function makeStatement({ entity, group, source }: Target): string {
  const kind = group?.blob === true ? { column: ", kind", value: `, '${group.name}'` } : { column: "", value: "" };
  return marked(`insert into ${group === undefined ? tableOf(entity) : tableOfGroup(entity, group)} (id${kind.column})
select given.k${kind.value} from ${givenFrom(entity, group, source)} order by ${orderKey(entity)}
on conflict do nothing returning id as key`);
}

function lockStatement({ entity, group, source }: Target): string {
  const table = group === undefined ? tableOf(entity) : tableOfGroup(entity, group);
  const kind = group?.blob === true ? ` and kind = '${group.name}'` : "";
  return `select id from ${table} where id in (select given.k from ${givenFrom(entity, group, source)})${kind}
order by id for update`;
}

/** The rows are locked, so joining the table with itself reads what the update replaces. */
function updateStatement({ entity, group, source }: Target & { readonly group: EntityGroup }): string {
  const table = tableOfGroup(entity, group);
  const version = quoted(group.versionSqlName);
  const kind = group.blob ? ` and stored.kind = '${group.name}' and before.kind = stored.kind` : "";
  const sets = group.columns.map(
    (column, index) => `${quoted(storedName(group, column))} = ${givenValue(column, index)}`,
  );
  return marked(`update ${table} as stored set ${[`${version} = given.v`, ...sets].join(", ")}
from ${givenFrom(entity, group, source)}, ${table} as before
where stored.id = given.k and before.id = stored.id${kind} and stored.${version} < given.v
returning stored.id as key, before.${version} as before,
  ${maskExpression(group, "before", "stored")} as changed${mappingExpressions(entity, group, "before", "stored")}`);
}

function presenceStatement(entity: AnyEntity): string {
  const table = tableOf(entity);
  return marked(`update ${table} as stored set ver_presence = given.v, deleted = $2::boolean,
  deleted_at_ms = case when $2 then (extract(epoch from clock_timestamp()) * 1000)::bigint end
from ${givenFrom(entity, undefined, "json")}, ${table} as before
where stored.id = given.k and before.id = stored.id and stored.ver_presence < given.v
returning stored.id as key, before.ver_presence as before, stored.ver_presence as after, not before.deleted as was_live
  ${entity.mapping.map((column, index) => `, stored.${quoted(column.sqlName)} as a${index}`).join("")}`);
}

function inKeyOrder(rows: readonly SqlRow[]): readonly SqlRow[] {
  return [...rows].sort((left, right) => ((left.key as never) < (right.key as never) ? -1 : 1));
}
