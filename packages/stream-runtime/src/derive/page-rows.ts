/**
 * Stored rows of one page of keys, and of what they hang on: each is read and checked once, and each narrower row is made once.
 */
import type { AnyEntity, AnyRead, Key, RepoRow, Snapshot } from "@tenon/storage-repo/api";
import type { WidestReads } from "./widest-reads.ts";

type Rows = Map<Key, RepoRow | undefined>;

export class PageRows {
  readonly snapshot: Snapshot;
  readonly #widest: WidestReads;
  /** Undefined where there is no row. */
  readonly #stored = new Map<AnyEntity, Rows>();
  readonly #narrowed = new Map<AnyRead, Rows>();
  /** Rows of which some column does not fit its schema, narrower ones too: whoever reads them has to look which. */
  readonly #unfit = new Set<RepoRow>();

  constructor(snapshot: Snapshot, widest: WidestReads) {
    this.snapshot = snapshot;
    this.#widest = widest;
  }

  /** Rows of the read by key, at least those of `keys`; undefined for keys without a row. */
  async of(read: AnyRead, keys: Iterable<Key>): Promise<ReadonlyMap<Key, RepoRow | undefined>> {
    const narrowed = known(this.#narrowed, read);
    const missing = [...keys].filter((key) => !narrowed.has(key));
    if (missing.length === 0) return narrowed;
    const stored = await this.#load(read, missing);
    const narrow = this.#widest.narrowTo(read);
    for (const key of missing) {
      const row = stored.get(key);
      const narrower = row && narrow(row);
      narrowed.set(key, narrower);
      if (row !== undefined && this.#unfit.has(row)) this.#unfit.add(narrower as RepoRow);
    }
    return narrowed;
  }

  /** Whether a row that was given out fits the schema of its read. */
  fits(row: RepoRow): boolean {
    return !this.#unfit.has(row);
  }

  async #load(read: AnyRead, keys: readonly Key[]): Promise<Rows> {
    const stored = known(this.#stored, read.entity);
    const unread = keys.filter((key) => !stored.has(key));
    if (unread.length === 0) return stored;
    for (const key of unread) stored.set(key, undefined);
    const rows = (await this.snapshot.rows(this.#widest.of(read), unread as never)) as readonly RepoRow[];
    for (const row of rows) {
      stored.set(row.key, row);
      if (!this.#widest.fits(row, read.entity)) this.#unfit.add(row);
    }
    return stored;
  }
}

function known<Of>(all: Map<Of, Rows>, of: Of): Rows {
  const rows = all.get(of) ?? new Map();
  all.set(of, rows);
  return rows;
}
