import type { AnyRead, EntityColumn, Key, RepoRow, WriteSet } from "@tenon/storage-repo/api";
import { type GroupName, groupName } from "./handler-order.ts";

interface DerivedGroup {
  readonly version: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Groups that were made of one key's inputs, as the handlers' write sets had them. */
export type DerivedRows = Map<GroupName, DerivedGroup>;

/** Takes what a handler wrote for the key. Writes of other keys are none of this row's. */
export function takeWrites(into: DerivedRows, key: Key, writes: WriteSet): void {
  for (const [entity, { groups = {} }] of Object.entries(writes)) {
    for (const [group, written] of Object.entries(groups)) {
      for (const { key: of, version, columns } of written ?? []) {
        if (of === key) into.set(groupName(entity, group), { version, columns });
      }
    }
  }
}

/** The row a read would give; undefined when none of it exists. Derived groups are never read from the store. */
export function rowOf(
  read: AnyRead,
  key: Key,
  source: {
    readonly derived: DerivedRows | undefined;
    readonly stored: RepoRow | undefined;
    readonly produced: ReadonlySet<GroupName>;
  },
): RepoRow | undefined {
  const { derived, stored, produced } = source;
  const versions: Record<string, bigint> = {};
  const columns: Record<string, unknown> = {};
  let exists = stored !== undefined;
  for (const { name, group } of read.columns as readonly EntityColumn[]) {
    const full = groupName(read.entity.name, group);
    const made = derived?.get(full);
    const isDerived = produced.has(full);
    versions[group] = isDerived ? (made?.version ?? 0n) : (stored?.versions[group] ?? 0n);
    columns[name] = (isDerived ? made?.columns[name] : stored?.columns[name]) ?? null;
    exists ||= made !== undefined;
  }
  return exists
    ? Object.freeze({ key, versions: Object.freeze(versions), columns: Object.freeze(columns) })
    : undefined;
}
