/** Rows that writing statements return, as facts. */
import type { AppliedGroupWrite, AppliedPresenceWrite } from "../api/applied-write.ts";
import type { MappingValues } from "../api/change.ts";
import type { AnyEntity, EntityColumn, EntityGroup, Key } from "../api/entity.ts";

export type SqlRow = Readonly<Record<string, unknown>>;

/** Integers come as bigint; keys and masks are safe integers by declaration. */
export function keyOf(value: unknown): Key {
  return typeof value === "bigint" ? Number(value) : (value as string);
}

/** `before` is null for a row that was not there. */
export function appliedGroup(entity: AnyEntity, group: EntityGroup, row: SqlRow): AppliedGroupWrite {
  return {
    key: keyOf(row.key),
    inserted: row.before === null && !group.blob,
    oldVersion: (row.before as bigint | null) ?? 0n,
    newVersion: row.after as bigint,
    changed: Number(row.changed),
    mappingBefore: group.blob ? [] : mappingOf(entity, row, "b"),
    mappingAfter: group.blob ? [] : mappingOf(entity, row, "a"),
  };
}

export function appliedPresence(entity: AnyEntity, deleted: boolean, row: SqlRow): AppliedPresenceWrite {
  return {
    key: keyOf(row.key),
    deleted,
    wasLive: row.was_live === true,
    oldVersion: row.before as bigint,
    newVersion: row.after as bigint,
    mapping: mappingOf(entity, row, "a"),
  };
}

function mappingOf(entity: AnyEntity, row: SqlRow, side: "a" | "b"): MappingValues {
  return entity.mapping.map((_: EntityColumn, index: number) => {
    const value = row[`${side}${index}`];
    return value === null || value === undefined ? null : keyOf(value);
  });
}
