/**
 * Entities: what the repository stores, declared once.
 *
 * E1 A column belongs to one group; a group has one producer, one version and one class. Producers of different groups of a row
 *    never drop each other's writes.
 * E2 Whether a row exists is a versioned fact of its own ("presence"), written by deletes and restores. So the state of a row
 *    does not depend on the order in which groups, deletes and restores arrive.
 * E3 A column's bit in a dirty mask is its place in the declaration. Stored masks carry the layout they were written with, so
 *    declarations may change.
 */
import type { OwnerName, U8Column } from "@tenon/graph-core";
import type { z } from "zod";
import type { StoredType } from "./column-type.ts";
import { declareEntity } from "./entity-declaration.ts";
import type { Immutable } from "./immutable.ts";

/** Control: targeting, budget, bid: low latency, absolute correctness. Content: signals, embeddings: looser freshness. */
export type DataClass = "control" | "content";

export type Key = string | number;
export type ColumnSchemas = Readonly<Record<string, z.ZodType>>;

export interface GroupDeclaration<Schemas extends ColumnSchemas = ColumnSchemas> {
  readonly owner: OwnerName;
  readonly class: DataClass;
  readonly columns: Schemas;
  /** New name → the name that stored tables may still have. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Bytes beside the row (an embedding, an image signature), in a side table: a group of one column. */
export interface BlobDeclaration {
  readonly owner: OwnerName;
  readonly class: DataClass;
}

export interface EntityOptions<
  KeySchema extends z.ZodType<Key>,
  Groups extends Readonly<Record<string, GroupDeclaration>>,
  Blobs extends Readonly<Record<string, BlobDeclaration>>,
> {
  /** Who deletes and restores rows, and answers for the table. */
  readonly owner: OwnerName;
  /** One line: what a row is. */
  readonly purpose: string;
  /** Text (at most 200 characters) or a safe integer. */
  readonly key: KeySchema;
  readonly groups: Groups;
  readonly blobs?: Blobs;
  /** Columns that rows are looked up by. Each gets an index. */
  readonly lookups?: readonly ColumnIn<Groups>[];
  /**
   * Text or integer columns that say which other rows a change concerns (`campaignId`): their old and new values travel in
   * the change record, so that a row that moves wakes both sides.
   */
  readonly mapping?: readonly ColumnIn<Groups>[];
}

type ColumnIn<Groups extends Readonly<Record<string, GroupDeclaration>>> = {
  [Group in keyof Groups]: keyof Groups[Group]["columns"] & string;
}[keyof Groups];

/** Group → column → type: what an entity's type carries. */
export type GroupTypes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type TypesOf<
  Groups extends Readonly<Record<string, GroupDeclaration>>,
  Blobs extends Readonly<Record<string, BlobDeclaration>>,
> = {
  readonly [Group in keyof Groups & string]: {
    readonly [Column in keyof Groups[Group]["columns"] & string]: Immutable<
      Groups[Group]["columns"][Column]["_zod"]["output"]
    >;
  };
} & { readonly [Blob in keyof Blobs & string]: { readonly [Column in Blob]: U8Column } };

export interface EntityColumn {
  readonly name: string;
  /** In SQL: `bidMicros` is `bid_micros`. */
  readonly sqlName: string;
  /** Name that stored tables and layouts may still have. */
  readonly nameBefore: string | undefined;
  readonly type: StoredType;
  readonly nullable: boolean;
  readonly schema: z.ZodType | undefined;
  /** Group it belongs to. */
  readonly group: string;
  /** Place in the mask, from 0. */
  readonly bit: number;
}

export interface EntityGroup {
  readonly name: string;
  readonly owner: string;
  readonly class: DataClass;
  readonly columns: readonly EntityColumn[];
  readonly blob: boolean;
  /** In the row's table (or the side table of a blob). */
  readonly versionSqlName: string;
  /** Every column of the group. */
  readonly mask: number;
}

/** A table's declaration: an imported token, like a slot. */
export interface Entity<
  Name extends string = string,
  KeyType extends Key = Key,
  Types extends GroupTypes = GroupTypes,
> {
  readonly kind: "entity";
  readonly name: Name;
  readonly owner: string;
  readonly purpose: string;
  readonly keyType: "text" | "integer";
  readonly keySchema: z.ZodType;
  /** In declared order, blobs last. */
  readonly groups: readonly EntityGroup[];
  /** In order of their bits. */
  readonly columns: readonly EntityColumn[];
  readonly lookups: readonly EntityColumn[];
  readonly mapping: readonly EntityColumn[];
  /** Every column. */
  readonly mask: number;
  /** For the type checker; absent at run time. */
  readonly types: { readonly key: KeyType; readonly groups: Types };
}

// biome-ignore lint/suspicious/noExplicitAny: the widest entity, whatever its types
export type AnyEntity = Entity<string, any, any>;

/** Column → type over all groups. */
export type ColumnsOf<Token extends AnyEntity> = Flat<Token["types"]["groups"][keyof Token["types"]["groups"]]>;
export type KeyOf<Token extends AnyEntity> = Token["types"]["key"];

type Flat<Union> = {
  readonly [Name in Union extends unknown ? keyof Union & string : never]: Union extends Readonly<
    Record<Name, infer Value>
  >
    ? Value
    : never;
};

/**
 * Declares an entity.
 *
 * @example
 * export const AdGroupRow = entity("ad_group", {
 *   owner: "ads-delivery", purpose: "targeting and bid of a set of ads", key: z.int(),
 *   groups: {
 *     bid: { owner: "ads-auction", class: "control", columns: { bidMicros: z.int(), campaignId: z.int() } },
 *     signals: { owner: "ads-data", class: "content", columns: { clickRate: z.number().nullable(), extra: z.record(z.string(), z.string()) } },
 *   },
 *   blobs: { embedding: { owner: "ads-data", class: "content" } },
 *   lookups: ["campaignId"], mapping: ["campaignId"],
 * });
 *
 * @throws GraphError TENON1520 with every problem of the declaration
 */
export function entity<
  const Name extends string,
  KeySchema extends z.ZodType<Key>,
  const Groups extends Readonly<Record<string, GroupDeclaration>>,
  // biome-ignore lint/complexity/noBannedTypes: no blobs at all is the empty record
  const Blobs extends Readonly<Record<string, BlobDeclaration>> = {},
>(
  name: Name,
  options: EntityOptions<KeySchema, Groups, Blobs>,
): Entity<Name, KeySchema["_zod"]["output"], TypesOf<Groups, Blobs>> {
  return declareEntity(name, options as unknown as Parameters<typeof declareEntity>[1]) as unknown as Entity<
    Name,
    KeySchema["_zod"]["output"],
    TypesOf<Groups, Blobs>
  >;
}
