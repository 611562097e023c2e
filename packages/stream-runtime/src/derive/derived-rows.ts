import type { AnyRead, EntityColumn, Key, RepoRow, WriteSet } from "@tenon/storage-repo/api";
import type { Handler } from "../change/handler.ts";
import { type GroupName, groupName } from "./handler-order.ts";
import { compiled, rowText, text } from "./row-code.ts";

export interface DerivedGroup {
  readonly version: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Groups that were made of one key's inputs, as the handlers' write sets had them. */
export type DerivedRows = ReadonlyMap<GroupName, DerivedGroup>;
/** The same by place: undefined where no handler has made the group. */
export type DerivedGroups = readonly (DerivedGroup | undefined)[];

/** A group that a handler produces. */
export interface ProducedGroup {
  readonly entity: string;
  readonly group: string;
  readonly place: number;
}

/** Groups that the handlers are the producers of, each with its place. */
export function placesOf(groups: ReadonlySet<GroupName>): ReadonlyMap<GroupName, number> {
  return new Map([...groups].map((group, place) => [group, place]));
}

export function producedGroups({ produces }: Handler, places: ReadonlyMap<GroupName, number>): ProducedGroup[] {
  return produces.flatMap(({ entity, groups }) =>
    groups.map((group) => {
      const place = places.get(groupName(entity.name, group)) as number;
      return { entity: entity.name, group, place };
    }),
  );
}

/** Takes what a handler wrote for the key. Writes of other keys are none of this row's. */
export function takeWrites(
  into: (DerivedGroup | undefined)[],
  {
    key,
    writes,
    produced,
  }: { readonly key: Key; readonly writes: WriteSet; readonly produced: readonly ProducedGroup[] },
): void {
  for (const { entity, group, place } of produced) {
    const written = writes[entity]?.groups?.[group];
    if (written === undefined) continue;
    for (const write of written) if (write.key === key) into[place] = write;
  }
}

/** How a read of the own row is answered, when some of its groups are derived and the others stored. */
export interface OwnRowMaker {
  readonly isDerived: boolean;
  readonly isStored: boolean;
  /** The row a read would give; undefined when none of it exists. Derived groups are never read from the store. */
  readonly make: (key: Key, derived: DerivedGroups, stored: RepoRow | undefined) => RepoRow | undefined;
}

export function ownRowMaker(read: AnyRead, produced: ReadonlyMap<GroupName, number>): OwnRowMaker {
  const columns = read.columns as readonly EntityColumn[];
  const placeOf = (group: string) => produced.get(groupName(read.entity.name, group));
  const groups = [...new Set(columns.map(({ group }) => group))];
  const derived = groups.map(placeOf).filter((place) => place !== undefined);
  const holder = (group: string) => (placeOf(group) === undefined ? "stored" : `made${placeOf(group)}`);
  const row = rowText(read, {
    column: ({ name, group }) => `${holder(group)}?.columns[${text(name)}] ?? null`,
    version: (group) =>
      placeOf(group) === undefined ? `stored?.versions[${text(group)}] ?? 0n` : `${holder(group)}?.version ?? 0n`,
  });
  const nothing = ["stored", ...derived.map((place) => `made${place}`)].map((each) => `${each} === undefined`);
  return {
    isDerived: derived.length > 0,
    isStored: derived.length < groups.length,
    make: compiled(
      ["key", "derived", "stored"],
      [
        `// own row of "${read.entity.name}"`,
        ...derived.map((place) => `const made${place} = derived[${place}];`),
        `if (${nothing.join(" && ")}) return undefined;`,
        `return ${row};`,
      ],
    ),
  };
}
