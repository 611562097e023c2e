/** Rows that writing statements return, as facts. */
import type { AppliedGroupWrite, AppliedPresenceWrite } from "../api/applied-write.ts";
import type { MappingValues } from "../api/change.ts";
import type { AnyEntity, EntityColumn, EntityGroup, Key } from "../api/entity.ts";
import type { PlannedGroup } from "../api/planned-writes.ts";

export type SqlRow = Readonly<Record<string, unknown>>;

/** Integers come as bigint; keys and masks are safe integers by declaration. */
export function keyOf(value: unknown): Key {
  return typeof value === "bigint" ? Number(value) : (value as string);
}

/** The version after is the write's: fewer values come back. `before` is null for a row that was not there. */
export function appliedGroups(
  { entity, group, writes }: PlannedGroup,
  rows: readonly SqlRow[],
): readonly AppliedGroupWrite[] {
  const versions = new Map(writes.map(({ key, version }) => [key, version]));
  return rows.map((row) => {
    const key = keyOf(row.key);
    return appliedGroup(entity, group, { key, row, newVersion: versions.get(key) as bigint });
  });
}

function appliedGroup(
  entity: AnyEntity,
  group: EntityGroup,
  { key, row, newVersion }: { readonly key: Key; readonly row: SqlRow; readonly newVersion: bigint },
): AppliedGroupWrite {
  return {
    key,
    inserted: row.before === null && !group.blob,
    oldVersion: (row.before as bigint | null) ?? 0n,
    newVersion,
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
