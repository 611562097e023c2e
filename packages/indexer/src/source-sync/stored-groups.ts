/** The group that a table fills, as the repository holds it. */
import type { SourceGroup } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { type PostgresRepo, tombstonesOf } from "@tenon/storage-repo";
import { type AnyRead, type RepoRow, read } from "@tenon/storage-repo/api";
import type { StoredSide } from "./compare-row.ts";

const NOT_THERE: StoredSide = { isThere: false, version: 0 };

export class StoredGroups {
  readonly #repo: PostgresRepo;
  readonly #database: Database;
  readonly #read: AnyRead;
  readonly #source: SourceGroup;

  constructor({ repo, database }: { readonly repo: PostgresRepo; readonly database: Database }, source: SourceGroup) {
    this.#repo = repo;
    this.#database = database;
    this.#source = source;
    // Versions come with any column of the group.
    this.#read = read(source.entity, [`${source.group}SourceAtMs`] as never);
  }

  /** Live rows after a key, at most `rowsMax`, in key order. */
  async page(after: number, rowsMax: number): Promise<ReadonlyMap<number, StoredSide>> {
    const rows = await this.#repo.read([this.#read], (snapshot) => snapshot.page(this.#read, { after, rowsMax }));
    return new Map(rows.map((row: RepoRow) => [row.key as number, this.#live(row)]));
  }

  /** Rows by key, tombstones among them, at one snapshot. */
  async of(keys: readonly number[]): Promise<(key: number) => StoredSide> {
    const { rows, gone } = await this.#database.transaction(
      async (tx) => ({
        rows: await this.#repo.readWithin(tx, [this.#read]).rows(this.#read, keys),
        gone: await tombstonesOf(tx, this.#source.entity, keys),
      }),
      { isolation: "repeatableRead", readOnly: true },
    );
    const sides = new Map<number, StoredSide>(rows.map((row: RepoRow) => [row.key as number, this.#live(row)]));
    for (const { key, version } of gone) sides.set(key as number, { isThere: false, version: Number(version) });
    return (key) => sides.get(key) ?? NOT_THERE;
  }

  /** A group that was taken away, or not written yet, holds nothing while its row is there. */
  #live({ versions }: RepoRow): StoredSide {
    const version = Number(versions[this.#source.group] ?? 0n);
    return { isThere: version > 0 && version % 2 === 0, version };
  }
}
