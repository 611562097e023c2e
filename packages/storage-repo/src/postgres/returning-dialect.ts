/** Postgres 18 and later: `RETURNING old, new` says in the writing statement itself how a row was before. */
import type { Statement, Transaction } from "@tenon/postgres";
import type { AnyEntity, EntityGroup } from "../api/entity.ts";
import type { PlannedGroup, PlannedPresence } from "../api/planned-writes.ts";
import { CommonDialect } from "./common-dialect.ts";
import { givenJson } from "./given.ts";
import { marked, quoted, tableOf, tableOfGroup } from "./names.ts";
import {
  type GivenSource,
  givenFrom,
  insertParts,
  mappingExpressions,
  maskExpression,
  orderKey,
  storedName,
} from "./write-statements.ts";
import { appliedGroups, appliedPresence, type SqlRow } from "./written-rows.ts";

export class ReturningDialect extends CommonDialect {
  readonly name = "returning";

  async upsertGroup(tx: Transaction, planned: PlannedGroup) {
    const { entity, group, writes } = planned;
    return appliedGroups(
      planned,
      await tx.query<SqlRow>(this.#upsert(entity, group, "json"), [givenJson(group, writes)]),
    );
  }

  async mergeGiven(tx: Transaction, planned: PlannedGroup) {
    return appliedGroups(planned, await tx.query<SqlRow>(upsertStatement(planned.entity, planned.group, "table")));
  }

  async writePresence(tx: Transaction, { entity, deleted, writes }: PlannedPresence) {
    const statement = this.statement(entity, "presence", () => presenceStatement(entity));
    const rows = await tx.query<SqlRow>(statement, [givenJson(undefined, writes), deleted]);
    return rows.map((row) => appliedPresence(entity, deleted, row));
  }

  #upsert(entity: AnyEntity, group: EntityGroup, source: GivenSource): Statement {
    return this.statement(entity, `upsert ${group.name}`, () => upsertStatement(entity, group, source));
  }
}

function upsertStatement(entity: AnyEntity, group: EntityGroup, source: GivenSource): string {
  const { columns, values } = insertParts(group);
  const version = quoted(group.versionSqlName);
  const names = [group.versionSqlName, ...group.columns.map((column) => storedName(group, column))].map(quoted);
  return marked(`insert into ${tableOfGroup(entity, group)} as stored (${columns})
select ${values} from ${givenFrom(entity, group, source)} order by ${orderKey(entity)}
on conflict (id${group.blob ? ", kind" : ""}) do update set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}
where stored.${version} < excluded.${version}
returning new.id as key, old.${version} as before,
  ${maskExpression(group, "old", "new")} as changed${mappingExpressions(entity, group, "old", "new")}`);
}

function presenceStatement(entity: AnyEntity): string {
  return marked(`insert into ${tableOf(entity)} as stored (id, ver_presence, deleted, deleted_at_ms)
select given.k, given.v, $2::boolean, case when $2 then (extract(epoch from clock_timestamp()) * 1000)::bigint end
from ${givenFrom(entity, undefined, "json")} order by ${orderKey(entity)}
on conflict (id) do update
set ver_presence = excluded.ver_presence, deleted = excluded.deleted, deleted_at_ms = excluded.deleted_at_ms
where stored.ver_presence < excluded.ver_presence
returning new.id as key, coalesce(old.ver_presence, 0) as before, new.ver_presence as after,
  old.id is not null and not old.deleted as was_live${entity.mapping.map((column, index) => `, new.${quoted(column.sqlName)} as a${index}`).join("")}`);
}
