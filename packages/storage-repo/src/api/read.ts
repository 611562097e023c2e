import type { AnyEntity, ColumnsOf, EntityColumn, Key, KeyOf } from "./entity.ts";
import { maskOf } from "./mask.ts";
import { repoError } from "./repo-error.ts";

/** A declared read: these columns of this entity, nothing else. A token: declared once, used to read and to subscribe. */
export interface Read<Token extends AnyEntity = AnyEntity, Column extends string = string> {
  readonly kind: "read";
  readonly entity: Token;
  readonly columns: readonly EntityColumn[];
  /** What a handler with this read subscribes to: it wakes when a change's mask meets it. Carried columns are not in it. */
  readonly mask: number;
  /** For the type checker; absent at run time. */
  readonly row: RepoRow<
    KeyOf<Token>,
    { readonly [Name in Column]: ColumnsOf<Token>[Name & keyof ColumnsOf<Token>] | null }
  >;
}

// biome-ignore lint/suspicious/noExplicitAny: the widest read, whatever its types
export type AnyRead = Read<any, any>;
export type RowOf<Token extends AnyRead> = Token["row"];

/** One live row at a snapshot, frozen. A column is null, too, when its group has not been written yet (version 0). */
export interface RepoRow<KeyType extends Key = Key, Columns = Readonly<Record<string, unknown>>> {
  readonly key: KeyType;
  /** Per group of the columns read: what a guard on inputs compares. */
  readonly versions: Readonly<Record<string, bigint>>;
  readonly columns: Columns;
}

/**
 * Declares a read.
 *
 * @param carried columns that are read along and wake nobody: what stands there may be older than what a run would read now
 * @example
 * const CampaignBudget = read(CampaignRow, ["budgetMicros", "status"]);
 * await repo.read([CampaignBudget], (snapshot) => snapshot.rows(CampaignBudget, [7]));
 *
 * @throws GraphError TENON1525 for a column the entity does not have
 */
export function read<Token extends AnyEntity, const Column extends keyof ColumnsOf<Token> & string>(
  entity: Token,
  columns: readonly Column[],
  { carried = [] }: { readonly carried?: readonly NoInfer<Column>[] } = {},
): Read<Token, Column> {
  const found = columns.map((name) => {
    const column = entity.columns.find((each) => each.name === name);
    if (column !== undefined) return column;
    throw undeclared(`column "${name}" of entity "${entity.name}"`, entity.columns.map((each) => each.name).join(", "));
  });
  return Object.freeze({
    kind: "read",
    entity,
    columns: Object.freeze(found),
    mask: maskOf(
      entity,
      columns.filter((name) => !carried.includes(name)),
    ),
  } satisfies Omit<Read<Token, Column>, "row">) as unknown as Read<Token, Column>;
}

/** TENON1525: something was read that was not declared. */
export function undeclared(what: string, declared: string): Error {
  return repoError("TENON1525", `a read was not declared: ${what}`, {
    category: "definition",
    expected: `one of ${declared === "" ? "no reads at all" : declared}`,
    found: what,
    hint: "declare it with read(entity, columns) and pass the token to repo.read or repo.tx: subscriptions are made from these",
  });
}
