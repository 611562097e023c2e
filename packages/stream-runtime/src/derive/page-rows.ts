/**
 * Stored rows of one page of keys, and of what they hang on: each is read and checked once, as the widest read of its entity.
 */
import type { AnyEntity, AnyRead, Key, RepoRow, Snapshot } from "@tenon/storage-repo/api";
import type { WidestReads } from "./widest-reads.ts";

/** One row per key of the page, in its order; undefined where there is none. */
export type Placed<Of = RepoRow> = readonly (Of | undefined)[];

export class PageRows {
  readonly snapshot: Snapshot;
  /** Each once. Rows are placed in this order. */
  readonly keys: readonly Key[];
  readonly places: ReadonlyMap<Key, number>;
  readonly #widest: WidestReads;
  /** Undefined where there is no row. */
  readonly #stored = new Map<AnyEntity, Map<Key, RepoRow | undefined>>();
  readonly #own = new Map<AnyEntity, Placed>();
  /** By the rows that point to them, and `entity.column`: handlers go the same ways up. */
  readonly #parents = new Map<Placed, Map<string, Placed>>();
  /** Rows of which some column does not fit its schema: whoever reads them has to look which. */
  readonly #unfit = new Set<RepoRow>();

  constructor(snapshot: Snapshot, widest: WidestReads, keys: readonly Key[]) {
    this.snapshot = snapshot;
    this.#widest = widest;
    this.places = new Map([...new Set(keys)].map((key, place) => [key, place]));
    this.keys = [...this.places.keys()];
  }

  /** Rows of the page's keys, as the widest read of the entity has them. */
  async own({ entity }: AnyRead): Promise<Placed> {
    const known = this.#own.get(entity);
    if (known !== undefined) return known;
    const stored = await this.#load(entity, this.keys);
    const own = this.keys.map((key) => stored.get(key));
    this.#own.set(entity, own);
    return own;
  }

  /** Rows that the column of the given ones points to, as the widest read of their entity has them. */
  async parents({ entity }: AnyRead, rows: Placed, column: string): Promise<Placed> {
    const ways = this.#parents.get(rows) ?? new Map<string, Placed>();
    this.#parents.set(rows, ways);
    const way = `${entity.name}.${column}`;
    const known = ways.get(way);
    if (known !== undefined) return known;
    const keys = rows.map((row) => (row?.columns[column] ?? null) as Key | null);
    const stored = await this.#load(entity, keys);
    const parents = keys.map((key) => (key === null ? undefined : stored.get(key)));
    ways.set(way, parents);
    return parents;
  }

  /** Whether a row that was given out fits the schemas of its columns. */
  fits(row: RepoRow): boolean {
    return this.#unfit.size === 0 || !this.#unfit.has(row);
  }

  async #load(entity: AnyEntity, keys: readonly (Key | null)[]): Promise<ReadonlyMap<Key, RepoRow | undefined>> {
    const stored = this.#stored.get(entity) ?? new Map<Key, RepoRow | undefined>();
    this.#stored.set(entity, stored);
    const unread: Key[] = [];
    for (const key of keys) {
      if (key === null || stored.has(key)) continue;
      stored.set(key, undefined);
      unread.push(key);
    }
    if (unread.length === 0) return stored;
    const rows = (await this.snapshot.rows(this.#widest.of(entity), unread as never)) as readonly RepoRow[];
    for (const row of rows) {
      stored.set(row.key, row);
      if (!this.#widest.fits(row, entity)) this.#unfit.add(row);
    }
    return stored;
  }
}
