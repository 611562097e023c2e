import type { AnyRead, EntityColumn, Key, RepoRow, WriteSet } from "@tenon/storage-repo/api";
import type { Handler } from "../change/handler.ts";
import { type GroupName, groupName } from "./handler-order.ts";

interface DerivedGroup {
  readonly version: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Groups that were made of one key's inputs, as the handlers' write sets had them. */
export type DerivedRows = Map<GroupName, DerivedGroup>;

/** A group that a handler produces, with its name made once. */
export interface ProducedGroup {
  readonly entity: string;
  readonly group: string;
  readonly full: GroupName;
}

export function producedGroups({ produces }: Handler): readonly ProducedGroup[] {
  return produces.flatMap(({ entity, groups }) =>
    groups.map((group) => ({ entity: entity.name, group, full: groupName(entity.name, group) })),
  );
}

/** Takes what a handler wrote for the key. Writes of other keys are none of this row's. */
export function takeWrites(
  into: DerivedRows,
  {
    key,
    writes,
    produced,
  }: { readonly key: Key; readonly writes: WriteSet; readonly produced: readonly ProducedGroup[] },
): void {
  for (const { entity, group, full } of produced) {
    for (const { key: of, version, columns } of writes[entity]?.groups?.[group] ?? NOTHING) {
      if (of === key) into.set(full, { version, columns });
    }
  }
}

const NOTHING: readonly never[] = [];

/** How a read of the own row is answered, when some of its groups are derived and the others stored. */
export interface OwnRowMaker {
  readonly isDerived: boolean;
  readonly isStored: boolean;
  /** The row a read would give; undefined when none of it exists. Derived groups are never read from the store. */
  make(key: Key, derived: DerivedRows | undefined, stored: RepoRow | undefined): RepoRow | undefined;
}

interface ReadGroup {
  readonly name: string;
  readonly full: GroupName;
  readonly isDerived: boolean;
  readonly columns: readonly string[];
}

export function ownRowMaker(read: AnyRead, produced: ReadonlySet<GroupName>): OwnRowMaker {
  const byGroup = Map.groupBy(read.columns as readonly EntityColumn[], ({ group }) => group);
  const groups = [...byGroup].map(([name, columns]): ReadGroup => {
    const full = groupName(read.entity.name, name);
    return { name, full, isDerived: produced.has(full), columns: columns.map((column) => column.name) };
  });
  return {
    isDerived: groups.some(({ isDerived }) => isDerived),
    isStored: groups.some(({ isDerived }) => !isDerived),
    make: (key, derived, stored) => {
      const versions: Record<string, bigint> = {};
      const columns: Record<string, unknown> = {};
      let exists = stored !== undefined;
      for (const { name, full, isDerived, columns: names } of groups) {
        const made = derived?.get(full);
        const held = isDerived ? made?.columns : stored?.columns;
        versions[name] = (isDerived ? made?.version : stored?.versions[name]) ?? 0n;
        for (const column of names) columns[column] = held?.[column] ?? null;
        exists ||= made !== undefined;
      }
      return exists
        ? Object.freeze({ key, versions: Object.freeze(versions), columns: Object.freeze(columns) })
        : undefined;
    },
  };
}
