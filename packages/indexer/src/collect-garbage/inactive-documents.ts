/** Which documents nobody needs any more: of ads that are gone, or archived, for longer than a retention. */
import { AdDocumentRow, AdRow } from "@tenon/nodes";
import type { Transaction } from "@tenon/postgres";
import { type PostgresRepo, tombstonesOf } from "@tenon/storage-repo";
import { type AnyRead, type Key, read } from "@tenon/storage-repo/api";
import type { Handler } from "@tenon/stream-runtime";
import { Standings } from "./standing.ts";

export interface InactiveDocument {
  readonly key: number;
  readonly kind: "archived" | "gone";
  /** When its source last changed, ms since 1970. */
  readonly sourceAtMs: number;
  /** Serving was told of it. */
  readonly isServed: boolean;
}

export interface DocumentPage {
  readonly inactive: readonly InactiveDocument[];
  /** Documents looked at; fewer than asked for at the end. */
  readonly looked: number;
  readonly last: number | undefined;
}

const Documents = read(AdDocumentRow, ["isServable", "servableSourceAtMs"]);
const Ads = read(AdRow, ["status"]);

export class InactiveDocuments {
  readonly #standings: Standings;
  readonly #reads: readonly AnyRead[];
  readonly #repo: PostgresRepo;

  constructor(repo: PostgresRepo, handlers: readonly Handler[]) {
    this.#repo = repo;
    this.#standings = new Standings(handlers);
    this.#reads = [Documents, Ads, ...this.#standings.reads];
  }

  /** Of the next documents after a key, at the transaction's snapshot: rows decide, since a document may lag behind them. */
  async page(
    tx: Transaction,
    { after, rowsMax, beforeMs }: { readonly after: number; readonly rowsMax: number; readonly beforeMs: number },
  ): Promise<DocumentPage> {
    const snapshot = this.#repo.readWithin(tx, this.#reads);
    const documents = await snapshot.page(Documents, { after, rowsMax });
    const keys = documents.map(({ key }) => key);
    if (keys.length === 0) return { inactive: [], looked: 0, last: undefined };
    const live = new Set<Key>((await snapshot.rows(Ads, keys)).map(({ key }) => key));
    const deletedAtMs = new Map<Key, number>();
    for (const { key, deletedAtMs: at } of await tombstonesOf(tx, AdRow, keys)) deletedAtMs.set(key, at);
    const standings = await this.#standings.of(
      snapshot,
      keys.filter((key) => live.has(key)),
    );
    const inactive = documents.flatMap(({ key, columns }): readonly InactiveDocument[] => {
      const isServed = columns.isServable === true;
      if (!live.has(key)) {
        // Without a tombstone, that was collected: it has been gone for longer than any retention.
        const sourceAtMs = deletedAtMs.get(key) ?? columns.servableSourceAtMs ?? 0;
        const isOld = !deletedAtMs.has(key) || sourceAtMs < beforeMs;
        return isOld ? [{ key, kind: "gone", sourceAtMs, isServed }] : [];
      }
      const { status, sourceAtMs } = standings.get(key) ?? {};
      // It was archived no later than the newest change that went in.
      const isOld = typeof sourceAtMs === "number" && sourceAtMs < beforeMs;
      return status === "archived" && isOld ? [{ key, kind: "archived", sourceAtMs, isServed }] : [];
    });
    return { inactive, looked: keys.length, last: keys.at(-1) };
  }
}
