/** Which keys of a handler a change concerns. Evaluated on old and new values, so that a row that moves wakes both sides. */
import type { AnyRead, ChangeBatch, EntityColumn, Key, RowChange, Snapshot } from "@tenon/storage-repo/api";
import { masksMeet } from "@tenon/storage-repo/api";
import type { ChildRows, Handler, ParentRow } from "./handler.ts";

/** Rows looked up at once. */
const LOOKUP_KEYS_MAX = 1_000;

/** The keys that a handler has to work on because of some batches. */
export async function wokenKeys(
  handler: Handler,
  batches: readonly Pick<ChangeBatch, "changes">[],
  snapshot: Snapshot,
): Promise<ReadonlySet<Key>> {
  const keys = new Set<Key>();
  const changes = batches.flatMap((batch) => batch.changes);
  for (const input of handler.inputs) {
    const met = changes.filter((change) => concerns(change, input.read));
    if (met.length === 0) continue;
    if (input.kind === "row") for (const { key } of met) keys.add(key);
    else if (input.kind === "parent") await addChildrenOf(met, input, snapshot, keys);
    else await addParentsOf(met, input, snapshot, keys);
  }
  return keys;
}

function concerns(change: RowChange, read: AnyRead): boolean {
  return change.entity === read.entity.name && masksMeet(change.mask, read.mask);
}

/** A changed parent concerns every own row that points to it. */
async function addChildrenOf(
  changes: readonly RowChange[],
  { of, column }: ParentRow,
  snapshot: Snapshot,
  keys: Set<Key>,
): Promise<void> {
  for (const parents of pagesOf(new Set(changes.map(({ key }) => key)))) {
    for (const { key } of await snapshot.rowsBy(of, column as never, parents)) keys.add(key as Key);
  }
}

/** A changed child concerns the row it points to, and the one it pointed to before. */
async function addParentsOf(
  changes: readonly RowChange[],
  { read, column }: ChildRows,
  snapshot: Snapshot,
  keys: Set<Key>,
): Promise<void> {
  const place = (read.entity.mapping as readonly EntityColumn[]).findIndex(({ name }) => name === column);
  const stayed = new Set<Key>();
  for (const { key, mappingBefore, mappingAfter } of changes) {
    const moved = [mappingBefore?.[place], mappingAfter?.[place]];
    for (const value of moved) if (value !== null && value !== undefined) keys.add(value);
    if (mappingBefore === undefined && mappingAfter === undefined) stayed.add(key);
  }
  for (const page of pagesOf(stayed)) {
    for (const { columns } of await snapshot.rows(read, page as never)) {
      const value = (columns as Record<string, Key | null>)[column];
      if (value !== null && value !== undefined) keys.add(value);
    }
  }
}

function* pagesOf(keys: ReadonlySet<Key>): Generator<Key[]> {
  const all = [...keys];
  for (let start = 0; start < all.length; start += LOOKUP_KEYS_MAX) yield all.slice(start, start + LOOKUP_KEYS_MAX);
}
