import type { z } from "zod";
import { type StoredType, storedTypeOf } from "./column-type.ts";
import type {
  AnyEntity,
  BlobDeclaration,
  ColumnSchemas,
  EntityColumn,
  EntityGroup,
  EntityOptions,
  GroupDeclaration,
  Key,
} from "./entity.ts";
import { repoError } from "./repo-error.ts";

/** A mask is an integer that a double and a JSON number hold exactly. */
export const COLUMNS_MAX = 52;
/** Postgres cuts names at 63 bytes; version columns, side tables and indexes add to a name. */
const NAME_CHARACTERS_MAX = 40;
const ENTITY_NAME = /^[a-z][a-z0-9_]*$/;
const MEMBER_NAME = /^[a-z][A-Za-z0-9]*$/;
/** Columns every table has. */
const RESERVED = new Set(["id", "deleted", "deleted_at_ms", "ver_presence"]);
const RESERVED_GROUPS = new Set(["presence"]);

type Options = EntityOptions<
  z.ZodType<Key>,
  Readonly<Record<string, GroupDeclaration>>,
  Readonly<Record<string, BlobDeclaration>>
>;

/** Builds the token. @throws GraphError TENON1520 with every problem */
export function declareEntity(name: string, options: Options): AnyEntity {
  const problems: string[] = [];
  const groups = readGroups(options, problems);
  const columns = groups.flatMap((group) => group.columns);
  problems.push(...nameProblems(name, groups, columns));
  const keyType = storedTypeOf(options.key);
  if (keyType !== "text" && keyType !== "integer") problems.push("the key is neither text nor an integer");
  const lookups = named(options.lookups, { columns, problems, what: "lookup" });
  const mapping = named(options.mapping, { columns, problems, what: "mapping column" });
  for (const { name: column, type } of [...lookups, ...mapping]) {
    if (type !== "text" && type !== "integer")
      problems.push(`column "${column}" is looked up by, but not text or integer`);
  }
  if (problems.length > 0) {
    throw repoError("TENON1520", `entity "${name}" cannot be stored: ${problems.join("; ")}`, {
      category: "definition",
      owner: options.owner,
      hint: "columns are text, integers, finite numbers, booleans or plain JSON; names are camelCase and distinct",
    });
  }
  return Object.freeze({
    kind: "entity",
    name,
    owner: options.owner,
    purpose: options.purpose,
    keyType,
    keySchema: options.key,
    groups: Object.freeze(groups),
    columns: Object.freeze(columns),
    lookups: Object.freeze(lookups),
    mapping: Object.freeze(mapping),
    mask: sumOfBits(columns),
  }) as unknown as AnyEntity;
}

function readGroups(options: Options, problems: string[]): readonly EntityGroup[] {
  let bit = 0;
  const nextBit = () => bit++;
  return [
    ...Object.entries(options.groups).map(([name, group]) => {
      const columns = readColumns(name, group, { nextBit, problems });
      return groupOf(name, { ...group, columns, blob: false });
    }),
    ...Object.entries(options.blobs ?? {}).map(([name, blob]) => {
      const column = columnOf(name, {
        group: name,
        bit: nextBit(),
        type: "bytes",
        schema: undefined,
        before: undefined,
      });
      return groupOf(name, { ...blob, columns: [column], blob: true });
    }),
  ];
}

function groupOf(name: string, facts: Pick<EntityGroup, "owner" | "class" | "blob" | "columns">): EntityGroup {
  const { owner, class: dataClass, blob, columns } = facts;
  const versionSqlName = blob ? "ver" : `ver_${snakeCase(name)}`;
  return Object.freeze({ name, owner, class: dataClass, blob, columns, versionSqlName, mask: sumOfBits(columns) });
}

function readColumns(
  group: string,
  declaration: { readonly columns: ColumnSchemas; readonly renamed?: Readonly<Record<string, string>> | undefined },
  { nextBit, problems }: { readonly nextBit: () => number; readonly problems: string[] },
): readonly EntityColumn[] {
  const entries = Object.entries(declaration.columns);
  if (entries.length === 0) problems.push(`group "${group}" has no columns`);
  return entries.map(([name, schema]) => {
    const type = storedTypeOf(schema);
    if (type === undefined) problems.push(`column "${name}" is a ${schema._zod.def.type}, which no column holds`);
    return columnOf(name, { group, bit: nextBit(), type: type ?? "json", schema, before: declaration.renamed?.[name] });
  });
}

function columnOf(
  name: string,
  facts: {
    readonly group: string;
    readonly bit: number;
    readonly type: StoredType;
    readonly schema: z.ZodType | undefined;
    readonly before: string | undefined;
  },
): EntityColumn {
  const { group, bit, type, schema, before } = facts;
  return Object.freeze({
    name,
    sqlName: snakeCase(name),
    nameBefore: before,
    type,
    nullable: schema?.safeParse(null).success ?? false,
    schema,
    group,
    bit,
  });
}

function nameProblems(
  entity: string,
  groups: readonly EntityGroup[],
  columns: readonly EntityColumn[],
): readonly string[] {
  const problems: string[] = [];
  if (!ENTITY_NAME.test(entity) || entity.length > NAME_CHARACTERS_MAX) problems.push("its name is not snake_case");
  if (columns.length > COLUMNS_MAX) problems.push(`${columns.length} columns are more than a mask's ${COLUMNS_MAX}`);
  for (const { name } of groups) {
    if (!MEMBER_NAME.test(name) || name.length > NAME_CHARACTERS_MAX) problems.push(`group "${name}" is not camelCase`);
    if (RESERVED_GROUPS.has(name)) problems.push(`the group name "${name}" is taken`);
  }
  const seen = new Set(RESERVED);
  for (const { name, sqlName } of columns) {
    if (!MEMBER_NAME.test(name) || name.length > NAME_CHARACTERS_MAX)
      problems.push(`column "${name}" is not camelCase`);
    if (seen.has(sqlName) || sqlName.startsWith("ver_")) problems.push(`the column name "${name}" is taken`);
    seen.add(sqlName);
  }
  if (new Set(groups.map((group) => group.name)).size < groups.length) problems.push("a blob has the name of a group");
  return problems;
}

function named(
  names: readonly string[] | undefined,
  { columns, problems, what }: { columns: readonly EntityColumn[]; problems: string[]; what: string },
): readonly EntityColumn[] {
  return (names ?? []).flatMap((name) => {
    const column = columns.find((each) => each.name === name);
    if (column === undefined) problems.push(`${what} "${name}" is not a column`);
    return column === undefined ? [] : [column];
  });
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sumOfBits(columns: readonly EntityColumn[]): number {
  return columns.reduce((mask, column) => mask + 2 ** column.bit, 0);
}
