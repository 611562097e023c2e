/**
 * What differs between engines that speak SQL: five operations. Everything else of the repository is written on them, and
 * `repoContract` and `feedContract` of the conformance entry say whether an engine's five are right.
 */
import type { Transaction } from "@tenon/postgres";
import type { AppliedGroupWrite, AppliedPresenceWrite } from "../api/applied-write.ts";
import type { Key } from "../api/entity.ts";
import type { PlannedGroup, PlannedPresence, PlannedWrites } from "../api/planned-writes.ts";

/** A write that was not newer than what is stored. */
export interface DroppedWrite {
  readonly key: Key;
  readonly version: bigint;
  readonly outcome: "stale" | "repeated" | "conflict";
}

export interface BatchRecord {
  readonly lanes: number;
  readonly schemaVersion: number;
  readonly body: string;
}

export interface Dialect {
  readonly name: string;
  /** Upserts what is newer and says how each row was before, from inside the writing statement's own lock. In key order. */
  upsertGroup(tx: Transaction, planned: PlannedGroup): Promise<readonly AppliedGroupWrite[]>;
  /** As `upsertGroup`, with the same writes in the table `given_rows` of this transaction. */
  mergeGiven(tx: Transaction, planned: PlannedGroup): Promise<readonly AppliedGroupWrite[]>;
  /** Deletes and restores. */
  writePresence(tx: Transaction, planned: PlannedPresence): Promise<readonly AppliedPresenceWrite[]>;
  /** Why the writes that were not applied were dropped. */
  explainDropped(tx: Transaction, planned: PlannedWrites): Promise<readonly DroppedWrite[]>;
  /** Writes the transaction's change batch at its commit, so after its last row lock. */
  recordBatch(tx: Transaction, record: BatchRecord): void;
}
