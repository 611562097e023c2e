import { lsnText } from "@tenon/postgres/replication";
import type { AdsTable } from "../api/tables.ts";

/** That a row was written, deleted, or that a table was emptied. What the row holds is asked of `AdsDatabaseReader`. */
export type RowDelta =
  | {
      readonly operation: "write";
      readonly table: AdsTable;
      readonly key: number;
      /** As of this write; the row may be newer by now. */
      readonly rowVersion: number;
      /** Columns whose values came with it: all, but for large ones that the update did not touch. */
      readonly columns: readonly string[];
    }
  | { readonly operation: "delete"; readonly table: AdsTable; readonly key: number }
  /** Every row that was there is gone; which ones, the log does not say: compare the whole table. */
  | { readonly operation: "truncate"; readonly table: AdsTable };

/** A transaction, or a bounded part of a large one. */
export interface ChangePiece {
  /** Where the transaction's commit stands in the server's log: rises from transaction to transaction. */
  readonly commitLsn: bigint;
  readonly committedAtMs: number;
  /** The lower 32 bits of the transaction's id: for people, and for the server. */
  readonly transactionId: number;
  /** Place of the first delta in its transaction; 0 begins one. */
  readonly first: number;
  readonly isLast: boolean;
  /** In the order of writing. */
  readonly deltas: readonly RowDelta[];
  /**
   * To acknowledge when this piece and all before it are stored. Inside a transaction it is the end of the one before: a
   * transaction comes again whole.
   */
  readonly position: bigint;
}

/** For people: where a delta stands in the server's log, and in its transaction. */
export function deltaPosition({ commitLsn, first }: ChangePiece, index: number): string {
  return `${lsnText(commitLsn)}/${first + index}`;
}

export interface PullOptions {
  /** Pieces of one pull. Default 100. */
  readonly piecesMax?: number;
  /** Longest wait for the first piece, in milliseconds. */
  readonly waitMs: number;
  /** Ends the wait; the pull then brings nothing. */
  readonly signal?: AbortSignal;
}

/**
 * The change log of the advertisers' database, read by one process at a time, at least once: after a reconnect or a restart
 * everything behind the last acknowledged position comes again, in the same order.
 */
export interface ChangeLog {
  /**
   * Pieces in the order of commits; none when the time is up. Whoever asks for their rows from then on sees what they tell of: a
   * transaction that is committed and not yet shown to others is held back until it is.
   *
   * @throws GraphError TENON1570 to TENON1574 when the log cannot go on, TENON1578 when the server stays away, TENON1576 after
   *   `close`
   */
  pull(options: PullOptions): Promise<readonly ChangePiece[]>;
  /**
   * Says that everything up to a piece is stored where it cannot be lost. The server then forgets it.
   *
   * @throws GraphError TENON1576 for a position that was not pulled, TENON1570 when the reader's mark is gone
   */
  acknowledge(position: bigint): Promise<void>;
  close(): Promise<void>;
}
