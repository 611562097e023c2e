/** Inputs of a handler for many keys at once: what they share is read once. */
import { compiledSlot, compileSchema } from "@tenon/graph-core/internal";
import type { AnyRead, Key, RepoRow } from "@tenon/storage-repo/api";
import { z } from "zod";
import type { ChildRows, Handler, HandlerInput, ParentRow } from "../change/handler.ts";
import { rowSchema } from "../change/row-schema.ts";
import { type DerivedRows, type OwnRowMaker, ownRowMaker } from "./derived-rows.ts";
import type { GroupName } from "./handler-order.ts";
import type { PageRows } from "./page-rows.ts";

export interface PageSource {
  readonly rows: PageRows;
  readonly keys: readonly Key[];
  /** What handlers before this one have made of a key of the page. */
  readonly derivedOf: (key: Key) => DerivedRows | undefined;
}

/** One input of a handler, for every key of a page. */
export interface LoadedInput {
  readonly slot: string;
  readonly values: ReadonlyMap<Key, unknown>;
  /** Whether a value of the input, or its absence, fits the schema of the slot. What was read is not looked at again. */
  readonly fits: (value: unknown) => boolean;
}

/** An input with what is known of it before any row is read. */
type PageInput = HandlerInput & {
  readonly ownRow: OwnRowMaker | undefined;
  /** Its rows are as they were read, and its slot asks no more of them than their columns do. */
  readonly isChecked: boolean;
};

export class PageInputs {
  readonly #inputs: readonly PageInput[];

  /** @param produced groups that are derived here, and so never read from the store */
  constructor({ inputs }: Handler, produced: ReadonlySet<GroupName>) {
    // Own rows first, parents in declared order: each is found through one before it.
    this.#inputs = inputs
      .toSorted((one, other) => rank(one) - rank(other))
      .map((input) => {
        const ownRow = input.kind === "row" ? ownRowMaker(input.read, produced) : undefined;
        const isRead = input.kind === "parent" || ownRow?.isDerived === false;
        return { ...input, ownRow, isChecked: isRead && holdsRowsAsRead(input) };
      });
  }

  async load(source: PageSource): Promise<readonly LoadedInput[]> {
    const loaded: LoadedInput[] = [];
    const { rows: page } = source;
    const asRead = (value: unknown) => value === null || page.fits(value as RepoRow);
    const rowsByRead = new Map<AnyRead, ReadonlyMap<Key, RepoRow>>();
    for (const input of this.#inputs) {
      if (input.kind === "children") {
        loaded.push({ slot: input.slot.name, values: await childrenOf(input, source), fits: fitsSlot(input) });
        continue;
      }
      const rows = input.kind === "row" ? await ownRows(input, source) : await parents(input, rowsByRead, source);
      rowsByRead.set(input.read, rows);
      loaded.push({ slot: input.slot.name, values: rows, fits: input.isChecked ? asRead : fitsSlot(input) });
    }
    return loaded;
  }
}

/** A slot may ask more: that a parent is there, or what two columns have to do with each other. */
function holdsRowsAsRead({ slot, read }: HandlerInput): boolean {
  const asRead = compileSchema(z.nullable(rowSchema(read)));
  return compileSchema(slot.schema).fingerprint === asRead.fingerprint;
}

function fitsSlot({ slot }: HandlerInput): LoadedInput["fits"] {
  const { check } = compiledSlot(slot);
  return (value) => check(value) === undefined;
}

async function ownRows({ read, ownRow }: PageInput, { rows: page, keys, derivedOf }: PageSource) {
  const stored = ownRow?.isStored === false ? undefined : await page.of(read, keys);
  const rows = new Map<Key, RepoRow>();
  for (const key of keys) {
    const row = ownRow?.isDerived ? ownRow.make(key, derivedOf(key), stored?.get(key)) : stored?.get(key);
    if (row !== undefined) rows.set(key, row);
  }
  return rows;
}

async function parents(
  { read, of, column }: ParentRow,
  rowsByRead: ReadonlyMap<AnyRead, ReadonlyMap<Key, RepoRow>>,
  { rows: page }: PageSource,
) {
  const parentOf = new Map<Key, Key>();
  for (const [key, row] of rowsByRead.get(of) ?? []) {
    const parent = row.columns[column] as Key | null;
    if (parent !== null) parentOf.set(key, parent);
  }
  const found = await page.of(read, new Set(parentOf.values()));
  const rows = new Map<Key, RepoRow>();
  for (const [key, parent] of parentOf) {
    const row = found.get(parent);
    if (row !== undefined) rows.set(key, row);
  }
  return rows;
}

async function childrenOf({ read, column }: ChildRows, { rows: { snapshot }, keys }: PageSource) {
  const rows = (await snapshot.rowsBy(read, column as never, keys)) as readonly RepoRow[];
  const byParent = Map.groupBy(rows, (row) => row.columns[column] as Key);
  return new Map(keys.map((key) => [key, byParent.get(key) ?? []]));
}

function rank({ kind }: HandlerInput): number {
  return kind === "row" ? 0 : 1;
}
