/** Inputs of a handler for many keys at once: one query per input instead of one per input and key. */
import type { Key, RepoRow, Snapshot } from "@tenon/storage-repo/api";
import type { ChildRows, Handler, HandlerInput, ParentRow } from "../change/handler.ts";
import { type DerivedRows, rowOf } from "./derived-rows.ts";
import { type GroupName, groupsReadBy } from "./handler-order.ts";

export interface PageSource {
  readonly snapshot: Snapshot;
  readonly keys: readonly Key[];
  /** What handlers before this one have made of the page's keys. */
  readonly derived: ReadonlyMap<Key, DerivedRows>;
  /** Groups that are derived here, and so never read from the store. */
  readonly produced: ReadonlySet<GroupName>;
}

type Loaded = ReadonlyMap<Key, unknown>;

/** Slot → key → value, for every input of the handler. */
export async function loadPage(handler: Handler, source: PageSource): Promise<ReadonlyMap<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  const rowsByRead = new Map<unknown, ReadonlyMap<Key, RepoRow>>();
  // Own rows first, parents in declared order: each is found through one before it.
  for (const input of handler.inputs.toSorted((one, other) => rank(one) - rank(other))) {
    if (input.kind === "children") {
      loaded.set(input.slot.name, await childrenOf(input, source));
      continue;
    }
    const rows = input.kind === "row" ? await ownRows(input, source) : await parents(input, rowsByRead, source);
    rowsByRead.set(input.read, rows);
    loaded.set(input.slot.name, rows);
  }
  return loaded;
}

async function ownRows(input: HandlerInput, { snapshot, keys, derived, produced }: PageSource) {
  const groups = [...groupsReadBy(input)];
  const isDerived = groups.some((group) => produced.has(group));
  const isStored = groups.some((group) => !produced.has(group));
  const stored = isStored ? byKey(await snapshot.rows(input.read, keys as never)) : new Map<Key, RepoRow>();
  if (!isDerived) return stored;
  const rows = new Map<Key, RepoRow>();
  for (const key of keys) {
    const row = rowOf(input.read, key, { derived: derived.get(key), stored: stored.get(key), produced });
    if (row !== undefined) rows.set(key, row);
  }
  return rows;
}

async function parents(
  { read, of, column }: ParentRow,
  rowsByRead: ReadonlyMap<unknown, ReadonlyMap<Key, RepoRow>>,
  { snapshot }: PageSource,
) {
  const wanted = new Map<Key, Key>();
  for (const [key, row] of rowsByRead.get(of) ?? []) {
    const parent = row.columns[column] as Key | null;
    if (parent !== null) wanted.set(key, parent);
  }
  const distinct = [...new Set(wanted.values())];
  const found = byKey(distinct.length === 0 ? [] : await snapshot.rows(read, distinct as never));
  const rows = new Map<Key, RepoRow>();
  for (const [key, parent] of wanted) {
    const row = found.get(parent);
    if (row !== undefined) rows.set(key, row);
  }
  return rows;
}

async function childrenOf({ read, column }: ChildRows, { snapshot, keys }: PageSource) {
  const rows = (await snapshot.rowsBy(read, column as never, keys)) as readonly RepoRow[];
  const byParent = Map.groupBy(rows, (row) => row.columns[column] as Key);
  return new Map(keys.map((key) => [key, byParent.get(key) ?? []]));
}

function byKey(rows: readonly unknown[]): ReadonlyMap<Key, RepoRow> {
  return new Map((rows as readonly RepoRow[]).map((row) => [row.key, row]));
}

function rank({ kind }: HandlerInput): number {
  return kind === "row" ? 0 : 1;
}
