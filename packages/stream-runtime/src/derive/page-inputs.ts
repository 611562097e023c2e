/** Inputs of a handler for many keys at once: what they share is read once. */
import type { AnyRead, Key, RepoRow } from "@tenon/storage-repo/api";
import type { ChildRows, Handler, HandlerInput, ParentRow } from "../change/handler.ts";
import { type DerivedRows, type OwnRowMaker, ownRowMaker } from "./derived-rows.ts";
import type { GroupName } from "./handler-order.ts";
import type { PageRows } from "./page-rows.ts";

export interface PageSource {
  readonly rows: PageRows;
  readonly keys: readonly Key[];
  /** What handlers before this one have made of a key of the page. */
  readonly derivedOf: (key: Key) => DerivedRows | undefined;
}

type Loaded = ReadonlyMap<Key, unknown>;
/** An input with what is known of it before any row is read. */
type PageInput = HandlerInput & { readonly ownRow: OwnRowMaker | undefined };

export class PageInputs {
  readonly #inputs: readonly PageInput[];

  /** @param produced groups that are derived here, and so never read from the store */
  constructor({ inputs }: Handler, produced: ReadonlySet<GroupName>) {
    // Own rows first, parents in declared order: each is found through one before it.
    this.#inputs = inputs
      .toSorted((one, other) => rank(one) - rank(other))
      .map((input) => ({ ...input, ownRow: input.kind === "row" ? ownRowMaker(input.read, produced) : undefined }));
  }

  /** Slot and key → value, for every input of the handler. */
  async load(source: PageSource): Promise<readonly (readonly [slot: string, values: Loaded])[]> {
    const loaded: [string, Loaded][] = [];
    const rowsByRead = new Map<AnyRead, ReadonlyMap<Key, RepoRow>>();
    for (const input of this.#inputs) {
      if (input.kind === "children") {
        loaded.push([input.slot.name, await childrenOf(input, source)]);
        continue;
      }
      const rows = input.kind === "row" ? await ownRows(input, source) : await parents(input, rowsByRead, source);
      rowsByRead.set(input.read, rows);
      loaded.push([input.slot.name, rows]);
    }
    return loaded;
  }
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
