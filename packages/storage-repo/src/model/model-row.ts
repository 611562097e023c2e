/** Rows of the in-memory repository. */

import { groupChange, presenceChange } from "../api/applied-write.ts";
import type { RowChange } from "../api/change.ts";
import type { AnyEntity, EntityColumn, EntityGroup, Key } from "../api/entity.ts";
import type { PlannedWrites } from "../api/planned-writes.ts";
import type { AnyRead, RepoRow } from "../api/read.ts";
import type { GroupWrite, PresenceWrite } from "../api/write-set.ts";

interface StoredGroup {
  readonly version: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** One state of a row; never changed. */
export interface ModelRow {
  /** A blob alone makes no row. */
  readonly exists: boolean;
  readonly deleted: boolean;
  readonly presenceVersion: bigint;
  readonly groups: Readonly<Record<string, StoredGroup>>;
}

export const NO_ROW: ModelRow = { exists: false, deleted: false, presenceVersion: 0n, groups: {} };

export type Step =
  | { readonly outcome: "applied"; readonly row: ModelRow; readonly change: RowChange }
  | { readonly outcome: "stale" | "repeated" | "conflict" };

/** Applies one write to one row. Pure. */
export function stepRow(row: ModelRow, planned: PlannedWrites, write: GroupWrite | PresenceWrite): Step {
  return planned.kind === "group"
    ? stepGroup(row, { entity: planned.entity, group: planned.group, write: write as GroupWrite })
    : stepPresence(row, { entity: planned.entity, deleted: planned.deleted, write });
}

function stepGroup(
  row: ModelRow,
  { entity, group, write }: { entity: AnyEntity; group: EntityGroup; write: GroupWrite },
): Step {
  const stored = row.groups[group.name];
  const oldVersion = stored?.version ?? 0n;
  const changed = group.columns.reduce(
    (mask, column) =>
      sameValue(column, stored?.columns[column.name] ?? null, write.columns[column.name])
        ? mask
        : mask + 2 ** column.bit,
    0,
  );
  if (write.version < oldVersion) return { outcome: "stale" };
  if (write.version === oldVersion) return { outcome: changed === 0 ? "repeated" : "conflict" };
  const inserted = !row.exists && !group.blob;
  const next: ModelRow = {
    ...row,
    exists: row.exists || !group.blob,
    groups: { ...row.groups, [group.name]: { version: write.version, columns: copied(write.columns) } },
  };
  const change = groupChange(entity, group, {
    key: write.key,
    inserted,
    oldVersion,
    newVersion: write.version,
    changed,
    mappingBefore: mappingOf(entity, row),
    mappingAfter: mappingOf(entity, next),
  });
  return { outcome: "applied", row: next, change };
}

function stepPresence(
  row: ModelRow,
  { entity, deleted, write }: { entity: AnyEntity; deleted: boolean; write: PresenceWrite },
): Step {
  if (write.version < row.presenceVersion) return { outcome: "stale" };
  if (write.version === row.presenceVersion) return { outcome: row.deleted === deleted ? "repeated" : "conflict" };
  const next: ModelRow = { ...row, exists: true, deleted, presenceVersion: write.version };
  const change = presenceChange(entity, {
    key: write.key,
    deleted,
    wasLive: row.exists && !row.deleted,
    oldVersion: row.presenceVersion,
    newVersion: write.version,
    mapping: mappingOf(entity, row),
  });
  return { outcome: "applied", row: next, change };
}

/** The row as a read sees it, or `undefined` when there is none. */
export function seenRow(read: AnyRead, key: Key, row: ModelRow): RepoRow | undefined {
  if (!row.exists || row.deleted) return undefined;
  const columns = read.columns.map(({ name, group }: EntityColumn) => [name, row.groups[group]?.columns[name] ?? null]);
  const versions = read.columns.map(({ group }: EntityColumn) => [group, row.groups[group]?.version ?? 0n]);
  return Object.freeze({
    key,
    versions: Object.freeze(Object.fromEntries(versions)),
    columns: Object.freeze(Object.fromEntries(columns)),
  });
}

function mappingOf(entity: AnyEntity, row: ModelRow): readonly (Key | null)[] {
  return entity.mapping.map(({ group, name }) => (row.groups[group]?.columns[name] ?? null) as Key | null);
}

function copied(columns: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.freeze(
    Object.fromEntries(
      Object.entries(columns).map(([name, value]) => [name, isPlain(value) ? structuredClone(value) : value]),
    ),
  );
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && !("tenonValue" in value);
}

/** As the database compares: numbers by size (-0 is 0), JSON by content, blobs by their bytes. */
function sameValue(column: EntityColumn, left: unknown, right: unknown): boolean {
  if (left === null || right === null) return left === right;
  if (column.type === "json") return canonical(left) === canonical(right);
  if (column.type === "bytes") return sameBytes(left, right);
  return left === right;
}

interface ByteColumn {
  readonly length: number;
  at(row: number): number;
}

function sameBytes(left: unknown, right: unknown): boolean {
  const [one, other] = [left as ByteColumn, right as ByteColumn];
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one.at(index) !== other.at(index)) return false;
  return true;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
