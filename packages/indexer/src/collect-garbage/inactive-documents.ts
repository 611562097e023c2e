/** Which documents nobody needs any more: of ads that are gone, or archived, for longer than a retention. */
import { AdDocumentRow, AdRow } from "@tenon/nodes";
import type { Transaction } from "@tenon/postgres";
import { type PostgresRepo, tombstonesOf } from "@tenon/storage-repo";
import { type AnyRead, type Key, read } from "@tenon/storage-repo/api";
import { type Handler, RowDeriver } from "@tenon/stream-runtime";

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
const STANDING = { entity: AdDocumentRow, group: "delivery" } as const;

export class InactiveDocuments {
  readonly #standing: RowDeriver;
  readonly #reads: readonly AnyRead[];
  readonly #repo: PostgresRepo;

  constructor(repo: PostgresRepo, handlers: readonly Handler[]) {
    // The handler of the live path says what archived means: of the ad, or of anything above it.
    const standing = handlers.filter(({ produces }) =>
      produces.some(({ entity, groups }) => entity === STANDING.entity && groups.includes(STANDING.group)),
    );
    this.#repo = repo;
    this.#standing = new RowDeriver({ handlers: standing, resources: {} });
    this.#reads = [Documents, Ads, ...this.#standing.reads];
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
    const derived = await this.#standing.derive(
      snapshot,
      keys.filter((key) => live.has(key)),
      () => 1n,
    );
    const standings = new Map(
      derived.map(({ key, groups }) => [key, groups.get(`${AdDocumentRow.name}.${STANDING.group}`)?.columns]),
    );
    const inactive = documents.flatMap(({ key, columns }): readonly InactiveDocument[] => {
      const isServed = columns.isServable === true;
      if (!live.has(key)) {
        // Without a tombstone, that was collected: it has been gone for longer than any retention.
        const sourceAtMs = deletedAtMs.get(key) ?? columns.servableSourceAtMs ?? 0;
        const isOld = !deletedAtMs.has(key) || sourceAtMs < beforeMs;
        return isOld ? [{ key, kind: "gone", sourceAtMs, isServed }] : [];
      }
      const { status, deliverySourceAtMs: sourceAtMs } = (standings.get(key) ?? {}) as {
        readonly status?: unknown;
        readonly deliverySourceAtMs?: number | null;
      };
      // It was archived no later than the newest change that went in.
      const isOld = typeof sourceAtMs === "number" && sourceAtMs < beforeMs;
      return status === "archived" && isOld ? [{ key, kind: "archived", sourceAtMs, isServed }] : [];
    });
    return { inactive, looked: keys.length, last: keys.at(-1) };
  }
}
