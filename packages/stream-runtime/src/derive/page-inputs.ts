/** Inputs of a handler for many keys at once: what they share is read once. */
import { compiledSlot, compileSchema } from "@tenon/graph-core/internal";
import type { AnyRead, Key, RepoRow } from "@tenon/storage-repo/api";
import { z } from "zod";
import type { ChildRows, Handler, HandlerInput } from "../change/handler.ts";
import { rowSchema } from "../change/row-schema.ts";
import { type DerivedGroups, type OwnRowMaker, ownRowMaker } from "./derived-rows.ts";
import type { GroupName } from "./handler-order.ts";
import type { PageRows, Placed } from "./page-rows.ts";
import { type Narrow, narrowTo } from "./row-code.ts";

export interface PageSource {
  readonly rows: PageRows;
  /** What handlers before this one have made of the key at a place of the page. */
  readonly derivedAt: (place: number) => DerivedGroups | undefined;
}

/** One input of a handler, for every key of a page. */
export interface LoadedInput {
  readonly slot: string;
  /** Where keys are. */
  readonly places: ReadonlyMap<Key, number>;
  /** The input of the key at a place; null where there is none. Made anew each time. */
  at(place: number): unknown;
  /** Whether it, or its absence, fits the schema of the slot. What was read is not looked at again. */
  fits(place: number): boolean;
}

/** An input with what is known of it before any row is read. */
type PageInput = HandlerInput & {
  readonly ownRow: OwnRowMaker | undefined;
  readonly narrow: Narrow;
  /** Its rows are as they were read, and its slot asks no more of them than their columns do. */
  readonly isChecked: boolean;
};

export class PageInputs {
  readonly #inputs: readonly PageInput[];

  /** @param produced groups that are derived here, and so never read from the store, with their places */
  constructor({ inputs }: Handler, produced: ReadonlyMap<GroupName, number>) {
    // Own rows first, parents in declared order: each is found through one before it.
    this.#inputs = inputs
      .toSorted((one, other) => rank(one) - rank(other))
      .map((input) => {
        const ownRow = input.kind === "row" ? ownRowMaker(input.read, produced) : undefined;
        const isRead = input.kind === "parent" || ownRow?.isDerived === false;
        return { ...input, ownRow, narrow: narrowTo(input.read), isChecked: isRead && holdsRowsAsRead(input) };
      });
  }

  /** In the order in which they are loaded. */
  get slots(): readonly string[] {
    return this.#inputs.map(({ slot }) => slot.name);
  }

  async load(source: PageSource): Promise<readonly LoadedInput[]> {
    const loaded: LoadedInput[] = [];
    const { rows: page } = source;
    const rowsByRead = new Map<AnyRead, Placed>();
    for (const input of this.#inputs) {
      if (input.kind === "children") {
        loaded.push(given(input, page, await childrenOf(input, page)));
      } else if (input.ownRow?.isDerived) {
        const rows = await derivedRows(input, input.ownRow, source);
        rowsByRead.set(input.read, rows);
        loaded.push(given(input, page, rows));
      } else {
        const rows =
          input.kind === "row"
            ? await page.own(input.read)
            : await page.parents(input.read, rowsByRead.get(input.of) ?? [], input.column);
        rowsByRead.set(input.read, rows);
        loaded.push(stored(input, page, rows));
      }
    }
    return loaded;
  }
}

/** A slot may ask more: that a parent is there, or what two columns have to do with each other. */
function holdsRowsAsRead({ slot, read }: HandlerInput): boolean {
  const asRead = compileSchema(z.nullable(rowSchema(read)));
  return compileSchema(slot.schema).fingerprint === asRead.fingerprint;
}

/** Rows as the widest read has them: a run gets the columns that its handler declares. */
function stored({ slot, narrow, isChecked }: PageInput, page: PageRows, rows: Placed): LoadedInput {
  const { check } = compiledSlot(slot);
  const at = (place: number) => {
    const row = rows[place];
    return row === undefined ? null : narrow(row);
  };
  const fits = (place: number) => {
    const row = rows[place];
    return isChecked ? row === undefined || page.fits(row) : check(at(place)) === undefined;
  };
  return { slot: slot.name, places: page.places, at, fits };
}

/** Values as a run gets them. */
function given({ slot }: PageInput, page: PageRows, values: Placed<unknown>): LoadedInput {
  const { check } = compiledSlot(slot);
  const at = (place: number) => values[place] ?? null;
  return { slot: slot.name, places: page.places, at, fits: (place) => check(at(place)) === undefined };
}

async function derivedRows({ read }: HandlerInput, { isStored, make }: OwnRowMaker, source: PageSource) {
  const { rows: page, derivedAt } = source;
  const rows = isStored ? await page.own(read) : [];
  return page.keys.map((key, place) => make(key, derivedAt(place) ?? NOTHING_DERIVED, rows[place]));
}

const NOTHING_DERIVED: DerivedGroups = [];

async function childrenOf({ read, column }: ChildRows, { snapshot, keys }: PageRows): Promise<Placed<unknown>> {
  const rows = (await snapshot.rowsBy(read, column as never, keys)) as readonly RepoRow[];
  const byParent = Map.groupBy(rows, (row) => row.columns[column] as Key);
  return keys.map((key) => byParent.get(key) ?? []);
}

function rank({ kind }: HandlerInput): number {
  return kind === "row" ? 0 : 1;
}
