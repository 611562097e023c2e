/** Write sets: rows to be written, as plain data. A node returns one in a slot; its host commits it. */
import { columnSchema } from "@tenon/graph-core";
import { z } from "zod";
import type { AnyEntity, EntityGroup, GroupTypes, Key, KeyOf } from "./entity.ts";
import { VERSION_MAX } from "./version.ts";

/** Writes of one write set; more goes through `bulk`. */
export const WRITES_MAX = 10_000;
/** Changes in all of one transaction: its batch is delivered whole, so consumers hold it in memory, about 0.5 kB each. */
export const CHANGES_MAX = 1_000_000;

/** All columns of one group of one row, at the producer's version. Older than what is stored: dropped and counted. */
export interface GroupWrite<KeyType extends Key = Key, Columns = Readonly<Record<string, unknown>>> {
  readonly key: KeyType;
  /** From `versionOf`, 1 … 2^63-1. */
  readonly version: bigint;
  readonly columns: Columns;
}

/** The row is gone (or back) as of a version of the entity's owner. */
export interface PresenceWrite<KeyType extends Key = Key> {
  readonly key: KeyType;
  readonly version: bigint;
}

export interface EntityWrites<KeyType extends Key = Key, Types extends GroupTypes = GroupTypes> {
  /** Per group (or blob), at most one write per key. */
  readonly groups?: {
    readonly [Group in keyof Types]?: readonly GroupWrite<KeyType, Types[Group]>[];
  };
  /** Leaves a tombstone, so that older writes of the key cannot bring it back. */
  readonly deletes?: readonly PresenceWrite<KeyType>[];
  readonly restores?: readonly PresenceWrite<KeyType>[];
}

/** Entity name → its writes. Order does not matter: see E2. At most `WRITES_MAX` in all. */
export type WriteSet = Readonly<Record<string, EntityWrites>>;

/** The write set of some entities, typed: what a node returns. */
export type WriteSetOf<Entities extends readonly AnyEntity[]> = {
  readonly [Token in Entities[number] as Token["name"]]?: EntityWrites<KeyOf<Token>, Token["types"]["groups"]>;
};

/**
 * The schema of a slot that holds a write set of these entities.
 *
 * @example
 * export const DocumentWrites = slot("documentWrites", writeSetSchema([AdDocumentRow]), { owner: "ads-retrieval" });
 */
export function writeSetSchema<const Entities extends readonly AnyEntity[]>(
  entities: Entities,
): z.ZodType<WriteSetOf<Entities>> {
  const members = entities.map((entity) => [entity.name, z.exactOptional(entityWritesSchema(entity))]);
  return z.strictObject(Object.fromEntries(members)) as unknown as z.ZodType<WriteSetOf<Entities>>;
}

const versionSchema = z.bigint().min(1n).max(VERSION_MAX);

function entityWritesSchema(entity: AnyEntity): z.ZodType {
  const presence = z.array(z.strictObject({ key: entity.keySchema, version: versionSchema }));
  const groups = entity.groups.map((group) => [group.name, z.exactOptional(z.array(groupWriteSchema(entity, group)))]);
  return z.strictObject({
    groups: z.exactOptional(z.strictObject(Object.fromEntries(groups))),
    deletes: z.exactOptional(presence),
    restores: z.exactOptional(presence),
  });
}

function groupWriteSchema(entity: AnyEntity, group: EntityGroup): z.ZodType {
  const columns = group.columns.map(({ name, schema }) => [name, schema ?? columnSchema("u8")]);
  return z.strictObject({
    key: entity.keySchema,
    version: versionSchema,
    columns: z.strictObject(Object.fromEntries(columns)),
  });
}
