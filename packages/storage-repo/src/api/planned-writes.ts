/** A checked write set, cut into what one statement writes. Both bindings write from this. */
import { type CompiledSchema, compileSchema } from "@tenon/graph-core/internal";
import type { AnyEntity, EntityGroup, Key } from "./entity.ts";
import { repoError } from "./repo-error.ts";
import { type GroupWrite, type PresenceWrite, WRITES_MAX, type WriteSet, writeSetSchema } from "./write-set.ts";

/** Writes of one group of one entity, sorted by key: the order in which rows are locked. */
export interface PlannedGroup {
  readonly kind: "group";
  readonly entity: AnyEntity;
  readonly group: EntityGroup;
  readonly writes: readonly GroupWrite[];
}

export interface PlannedPresence {
  readonly kind: "presence";
  readonly entity: AnyEntity;
  readonly deleted: boolean;
  readonly writes: readonly PresenceWrite[];
}

export type PlannedWrites = PlannedGroup | PlannedPresence;

const KEY_CHARACTERS_MAX = 200;

/** Checks write sets against the entities and plans them. One per repository: it compiles the schemas. */
export class WritePlanner {
  readonly #entities: readonly AnyEntity[];
  readonly #schema: CompiledSchema;

  constructor(entities: readonly AnyEntity[]) {
    this.#entities = entities;
    this.#schema = compileSchema(writeSetSchema(entities));
  }

  /**
   * In a fixed order (entities and groups as declared, keys ascending), so that transactions lock in the same order.
   *
   * @throws GraphError TENON1521 for writes that fit no declaration, TENON1522 for two writes of one group of one row
   */
  plan(writeSet: WriteSet): readonly PlannedWrites[] {
    const failure = this.#schema.check(writeSet);
    if (failure !== undefined) throw misfit(`at "${failure.path}"`, `${failure.found}, not ${failure.expected}`);
    const planned = this.#entities.flatMap((entity) => planEntity(entity, writeSet));
    const count = planned.reduce((sum, { writes }) => sum + writes.length, 0);
    if (count > WRITES_MAX) throw misfit("as a whole", `${count} writes, more than ${WRITES_MAX}: use bulk`);
    return planned;
  }
}

function planEntity(entity: AnyEntity, writeSet: WriteSet): readonly PlannedWrites[] {
  const writes = writeSet[entity.name];
  if (writes === undefined) return [];
  const planned: PlannedWrites[] = [];
  for (const group of entity.groups) {
    const rows = sorted(entity, { of: `group "${group.name}"`, writes: writes.groups?.[group.name] ?? [] });
    for (const row of rows) checkText(entity, group, row);
    if (rows.length > 0) planned.push({ kind: "group", entity, group, writes: rows });
  }
  const deletes = sorted(entity, { of: "deletes", writes: writes.deletes ?? [] });
  const restores = sorted(entity, { of: "restores", writes: writes.restores ?? [] });
  sorted(entity, { of: "deletes and restores", writes: [...deletes, ...restores] });
  if (deletes.length > 0) planned.push({ kind: "presence", entity, deleted: true, writes: deletes });
  if (restores.length > 0) planned.push({ kind: "presence", entity, deleted: false, writes: restores });
  return planned;
}

function sorted<Write extends PresenceWrite>(
  entity: AnyEntity,
  { of, writes }: { readonly of: string; readonly writes: readonly Write[] },
): readonly Write[] {
  const rows = [...writes].sort((left, right) => compareKeys(left.key, right.key));
  rows.forEach((row, index) => {
    checkKey(entity, row.key);
    if (index === 0 || rows[index - 1]?.key !== row.key) return;
    throw repoError("TENON1522", `a write set writes key ${String(row.key)} of "${entity.name}" twice (${of})`, {
      category: "input",
      owner: entity.owner,
      hint: "keep the write with the higher version: one write set is one change of a row's group",
    });
  });
  return rows;
}

/** Text in code unit order of UTF-8, as the database compares under collation C; numbers by size. */
export function compareKeys(left: Key, right: Key): number {
  if (typeof left === "number") return left - (right as number);
  return Buffer.compare(Buffer.from(left), Buffer.from(right as string));
}

/** A key that the database would refuse or change is refused here. */
export function checkKey(entity: AnyEntity, key: Key): void {
  if (
    entity.keyType === "integer"
      ? Number.isSafeInteger(key)
      : typeof key === "string" && isStorable(key, KEY_CHARACTERS_MAX)
  )
    return;
  throw misfit(`key of "${entity.name}"`, `${typeof key} ${JSON.stringify(key)?.slice(0, 80)}`);
}

function checkText(entity: AnyEntity, group: EntityGroup, write: GroupWrite): void {
  for (const { name, type } of group.columns) {
    const value = write.columns[name];
    if (type === "text" && typeof value === "string" && !isStorable(value, Number.POSITIVE_INFINITY))
      throw misfit(`column "${name}" of "${entity.name}"`, "text with a zero character or half a surrogate pair");
  }
}

function isStorable(text: string, charactersMax: number): boolean {
  return text.length > 0 || charactersMax === Number.POSITIVE_INFINITY
    ? text.length <= charactersMax && !text.includes("\0") && text.isWellFormed()
    : false;
}

function misfit(where: string, found: string): Error {
  return repoError("TENON1521", `a write set does not fit the declared entities ${where}`, {
    category: "input",
    expected: "all columns of each group written, a version from 1, keys of the declared type",
    found,
    hint: "build write sets with WriteSetBuilder, or give the slot writeSetSchema",
  });
}
