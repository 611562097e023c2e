/** The advertisers' database in memory: versions as the real one gives them, and what it tells of each change. */
import type { AdsDatabase, SourceChanges, SourceRowState, SourceTable } from "@tenon/nodes";
import type { z } from "zod";

export type SourceChange = z.infer<typeof SourceChanges.schema>;

const NEVER_WAS: SourceRowState = { version: 1, updatedAtMs: 0, row: null };

export class AdsDatabaseModel implements AdsDatabase {
  /** Fails every read: an outage. */
  isDown = false;
  readonly #rows = new Map<string, SourceRowState>();
  #sequence = 0;

  put(table: SourceTable, key: number, row: object, nowMs: number): SourceChange {
    this.#rows.set(`${table}:${key}`, { version: 2 * ++this.#sequence, updatedAtMs: nowMs, row });
    return this.#change(table, key, "write", nowMs);
  }

  remove(table: SourceTable, key: number, nowMs: number): SourceChange {
    // A deletion is newer than every row so far, and older than every row to come.
    this.#rows.set(`${table}:${key}`, { version: 2 * this.#sequence + 1, updatedAtMs: nowMs, row: null });
    return this.#change(table, key, "delete", nowMs);
  }

  async row({ table, key }: { readonly table: SourceTable; readonly key: number }): Promise<SourceRowState> {
    if (this.isDown) throw new Error("the ads database does not answer");
    return this.state(table, key);
  }

  state(table: SourceTable, key: number): SourceRowState {
    return this.#rows.get(`${table}:${key}`) ?? NEVER_WAS;
  }

  keys(table: SourceTable): readonly number[] {
    const names = [...this.#rows.keys()].filter((name) => name.startsWith(`${table}:`));
    return names
      .map((name) => Number(name.slice(table.length + 1)))
      .filter((key) => this.state(table, key).row !== null);
  }

  #change(table: SourceTable, key: number, operation: "write" | "delete", committedAtMs: number): SourceChange {
    return { table, key, operation, committedAtMs, position: `0/${this.#sequence}` };
  }
}
