import { DeclaredReads, requireRows } from "../api/declared-reads.ts";
import type { Key } from "../api/entity.ts";
import { compareKeys } from "../api/planned-writes.ts";
import type { AnyRead, RepoRow } from "../api/read.ts";
import type { Snapshot } from "../api/repo.ts";
import { seenRow } from "./model-row.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** Reads of a model transaction. */
export function modelSnapshot(tx: ModelTransaction, reads: readonly AnyRead[]): Snapshot {
  const declared = new DeclaredReads(reads);
  const seen = (read: AnyRead, keys: Iterable<Key>): RepoRow[] => {
    const sorted = [...new Set(keys)].sort(compareKeys);
    return sorted.map((key) => seenRow(read, key, tx.row(read.entity, key))).filter((row) => row !== undefined);
  };
  const snapshot = {
    async rows(read: AnyRead, keys: readonly Key[]) {
      declared.require(read, keys);
      return seen(read, keys);
    },
    async rowsBy(read: AnyRead, name: string, values: readonly Key[]) {
      const column = declared.requireLookup(read, name, values);
      const wanted = new Set<unknown>(values);
      const rows = seen(read, tx.keys(read.entity)).filter((row) => wanted.has(row.columns[column.name]));
      requireRows(rows.length, "rows of one lookup");
      return rows;
    },
    async keysBy(
      read: AnyRead,
      name: string,
      values: readonly Key[],
      { after, keysMax }: { readonly after?: Key | undefined; readonly keysMax: number },
    ) {
      const column = declared.requireLookup(read, name, values);
      requireRows(keysMax, "keys of one page");
      const wanted = new Set<unknown>(values);
      const keys = tx.keys(read.entity).filter((key) => after === undefined || compareKeys(key, after) > 0);
      const rows = seen(read, keys).filter((row) => wanted.has(row.columns[column.name]));
      return rows.slice(0, keysMax).map(({ key }) => key);
    },
    async page(read: AnyRead, { after, rowsMax }: { readonly after?: Key | undefined; readonly rowsMax: number }) {
      declared.require(read);
      requireRows(rowsMax, "rows of one page");
      const keys = tx.keys(read.entity).filter((key) => after === undefined || compareKeys(key, after) > 0);
      return seen(read, keys).slice(0, rowsMax);
    },
  };
  return snapshot as Snapshot;
}
