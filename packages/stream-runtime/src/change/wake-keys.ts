/**
 * Which keys of a handler a change concerns, page by page.
 *
 * K1 A changed own row concerns itself, a changed parent every own row below it: the way up is walked back, step by step, by
 *    the lookups as they are in the snapshot. A row that has moved since is told by its own change: the column that is
 *    followed is part of the read.
 * K2 A changed child concerns the row it points to, and the one it pointed to before (mapping values, old and new).
 * K3 However many rows stand below one, a page of keys per step of the way is held, and no more.
 */
import type { AnyRead, ChangeBatch, EntityColumn, Key, RowChange, Snapshot } from "@tenon/storage-repo/api";
import { masksMeet } from "@tenon/storage-repo/api";
import type { ChildRows, Handler, ParentRow } from "./handler.ts";

/** Keys looked up, and keys found, at once. */
export interface WakePages {
  /** Values of one lookup: small, so that what one brings seldom needs a second page. */
  readonly valuesMax: number;
  readonly keysMax: number;
}

/** What of a batch says whom it wakes. */
export type WakingBatch = Pick<ChangeBatch, "changes" | "xid">;

export const WAKE_PAGES: WakePages = { valuesMax: 250, keysMax: 5_000 };

/** Rows below one that changed, from which on a change is wide: more than the ads of a group, less than those of a campaign. */
const WIDE_ROWS = 16;

export interface WokenKeys {
  readonly keys: readonly Key[];
  /** They are many rows below few that changed: work that may wait for that of narrow changes. */
  readonly isWide: boolean;
}

/**
 * The keys that a handler has to work on because of some batches; one may come several times. Of batches that were handed on to it,
 * the work on the changed rows themselves is there already.
 */
export async function* wokenKeys(
  handler: Handler,
  batches: readonly WakingBatch[],
  snapshot: Snapshot,
  {
    pages = WAKE_PAGES,
    isHandedOn = () => false,
  }: { readonly pages?: WakePages; readonly isHandedOn?: (batch: WakingBatch) => boolean } = {},
): AsyncGenerator<WokenKeys> {
  const changes = batches.flatMap((batch) => batch.changes);
  const ofOwnRows = batches.flatMap((batch) => (isHandedOn(batch) ? [] : batch.changes));
  for (const input of handler.inputs) {
    const met = (input.kind === "row" ? ofOwnRows : changes).filter((change) => concerns(change, input.read));
    if (met.length === 0) continue;
    const changed = new Set(met.map(({ key }) => key));
    const pieces = piecesOf(changed, pages.keysMax);
    if (input.kind === "row") for (const keys of pieces) yield { keys, isWide: false };
    else if (input.kind === "children")
      for await (const keys of parentsOf(met, input, snapshot, pages)) yield { keys, isWide: false };
    else
      for await (const keys of rowsBelow(pieces, wayDown(handler.inputs, input), snapshot, pages))
        yield { keys, isWide: keys.length > WIDE_ROWS * changed.size };
  }
}

export function concerns(change: RowChange, read: AnyRead): boolean {
  return change.entity === read.entity.name && masksMeet(change.mask, read.mask);
}

type Step = Pick<ParentRow, "of" | "column">;

/** From a parent down to the own row: which column of whose read points to the row above. */
function wayDown(inputs: Handler["inputs"], { of, column }: ParentRow): readonly Step[] {
  const holder = inputs.find(({ kind, read }) => kind !== "children" && read === of);
  return [{ of, column }, ...(holder?.kind === "parent" ? wayDown(inputs, holder) : [])];
}

/** Depth first: a page of one step is walked to the end before the next one is read. */
async function* rowsBelow(
  above: Iterable<readonly Key[]> | AsyncIterable<readonly Key[]>,
  [step, ...rest]: readonly Step[],
  snapshot: Snapshot,
  pages: WakePages,
): AsyncGenerator<readonly Key[]> {
  if (step === undefined) {
    yield* above;
    return;
  }
  for await (const page of above) {
    for (const values of piecesOf(page, pages.valuesMax)) {
      yield* rowsBelow(keysUnder(values, step, snapshot, pages.keysMax), rest, snapshot, pages);
    }
  }
}

async function* keysUnder(
  values: readonly Key[],
  { of, column }: Step,
  snapshot: Snapshot,
  keysMax: number,
): AsyncGenerator<readonly Key[]> {
  for (let after: Key | undefined; ; ) {
    const keys = (await snapshot.keysBy(of, column as never, values, { after, keysMax })) as readonly Key[];
    if (keys.length > 0) yield keys;
    if (keys.length < keysMax) return;
    after = keys.at(-1);
  }
}

/** K2 */
async function* parentsOf(
  changes: readonly RowChange[],
  { read, column }: ChildRows,
  snapshot: Snapshot,
  pages: WakePages,
): AsyncGenerator<readonly Key[]> {
  const place = (read.entity.mapping as readonly EntityColumn[]).findIndex(({ name }) => name === column);
  const parents = new Set<Key>();
  const stayed = new Set<Key>();
  for (const { key, mappingBefore, mappingAfter } of changes) {
    const moved = [mappingBefore?.[place], mappingAfter?.[place]];
    for (const value of moved) if (value !== null && value !== undefined) parents.add(value);
    if (mappingBefore === undefined && mappingAfter === undefined) stayed.add(key);
  }
  yield* piecesOf(parents, pages.keysMax);
  for (const piece of piecesOf(stayed, pages.keysMax)) {
    const rows = await snapshot.rows(read, piece as never);
    const values = rows.map(({ columns }) => (columns as Record<string, Key | null>)[column]);
    yield [...new Set(values)].filter((value) => value !== null && value !== undefined);
  }
}

function* piecesOf<Value>(values: Iterable<Value>, sizeMax: number): Generator<readonly Value[]> {
  const all = [...values];
  for (let start = 0; start < all.length; start += sizeMax) yield all.slice(start, start + sizeMax);
}
