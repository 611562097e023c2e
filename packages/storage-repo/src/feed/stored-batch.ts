import type { ChangeBatch } from "../api/change.ts";
import type { ChangeDecoder } from "../api/change-codec.ts";
import { lanesOfBits } from "../api/lane.ts";

/** A row of `change_batch`, from either reader. */
export interface StoredBatch {
  readonly xid: bigint;
  readonly seq: bigint;
  readonly atMs: number;
  readonly lanes: number;
  readonly schemaVersion: number;
  /** Set in heartbeats, which hold no changes: everything up to it had settled when it was written. */
  readonly settledSeq: bigint | undefined;
  readonly body: string;
}

export function toChangeBatch(stored: StoredBatch, decoder: ChangeDecoder): ChangeBatch {
  const { seq, xid, atMs, lanes, body } = stored;
  return { seq, xid, atMs, lanes: lanesOfBits(lanes), changes: decoder.decode(body) };
}
