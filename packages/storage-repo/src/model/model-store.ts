/** Committed states of the in-memory repository: every state of every row, so that snapshots are exact. */
import type { ChangeBatch } from "../api/change.ts";
import type { Key } from "../api/entity.ts";
import { type ModelRow, NO_ROW } from "./model-row.ts";
import { RowLocks } from "./row-locks.ts";

interface State {
  /** Commit that made it, from 1. */
  readonly stamp: number;
  readonly row: ModelRow;
}

export class ModelStore {
  readonly locks = new RowLocks<object>();
  readonly batches: ChangeBatch[] = [];
  readonly #tables = new Map<string, Map<Key, State[]>>();
  readonly #told = new Set<() => void>();
  #stamp = 0;

  /** The newest commit. */
  get stamp(): number {
    return this.#stamp;
  }

  /** The row as of a commit. */
  row(entity: string, key: Key, stamp = this.#stamp): ModelRow {
    return (
      this.#tables
        .get(entity)
        ?.get(key)
        ?.findLast((state) => state.stamp <= stamp)?.row ?? NO_ROW
    );
  }

  /** Commit that last changed the row; 0 for none. */
  changedAt(entity: string, key: Key): number {
    return this.#tables.get(entity)?.get(key)?.at(-1)?.stamp ?? 0;
  }

  /** Commit that last changed any row of the table. */
  tableChangedAt(entity: string): number {
    let newest = 0;
    for (const states of this.#tables.get(entity)?.values() ?? []) newest = Math.max(newest, states.at(-1)?.stamp ?? 0);
    return newest;
  }

  keys(entity: string): readonly Key[] {
    return [...(this.#tables.get(entity)?.keys() ?? [])];
  }

  commit(
    rows: ReadonlyMap<string, ReadonlyMap<Key, ModelRow>>,
    batch: Omit<ChangeBatch, "seq" | "xid"> | undefined,
  ): void {
    const stamp = ++this.#stamp;
    for (const [entity, written] of rows) {
      const table = this.#tables.get(entity) ?? new Map<Key, State[]>();
      this.#tables.set(entity, table);
      for (const [key, row] of written) table.set(key, [...(table.get(key) ?? []), { stamp, row }]);
    }
    if (batch === undefined) return;
    const seq = BigInt(this.batches.length + 1);
    this.batches.push({ ...batch, seq, xid: BigInt(stamp) });
    for (const told of [...this.#told]) told();
  }

  /** Calls back at every batch until the returned function is called. */
  onBatch(told: () => void): () => void {
    this.#told.add(told);
    return () => this.#told.delete(told);
  }
}
