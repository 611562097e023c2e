/**
 * Where a host appends what must not be lost. A file now; the event log fills the same port later.
 *
 * S1 Records are written in the order in which they were appended.
 * S2 Nothing is dropped silently: what cannot be written stays in the buffer, and a full buffer refuses new requests.
 * S3 A record is acknowledged once it would survive the end of this process.
 */

/** Kinds of records; part of the format: append only. */
export const RecordKind = { featureLog: 1, insertionEvents: 2, adEvent: 3 } as const;
export type RecordKindName = keyof typeof RecordKind;
export type RecordKindCode = (typeof RecordKind)[RecordKindName];

export interface LogRecord {
  readonly kind: RecordKindCode;
  readonly payload: Uint8Array;
}

export interface SinkCounts {
  readonly appendedRecords: number;
  readonly acknowledgedRecords: number;
  /** Gauge: bytes appended and not yet written. */
  readonly bufferedBytes: number;
  readonly writtenBytes: number;
  /** Writes that failed; each is tried again. */
  readonly writeFailures: number;
  /** Records that could not be written before the host had to stop. */
  readonly lostRecords: number;
  readonly segments: number;
  /** Closed segments deleted to stay within the bytes kept. */
  readonly deletedSegments: number;
  /** Bytes of an unfinished record that an earlier process left, cut off when the log was opened. */
  readonly tornBytes: number;
}

export interface AppendSink {
  /** Takes a record; never waits. Ask for room before the work that makes the record. */
  append(record: LogRecord): void;
  readonly hasRoom: boolean;
  /** True once there is room, false when there is none within the time. */
  waitForRoom(waitMaxMs: number): Promise<boolean>;
  /** Settles when everything appended before is acknowledged. */
  flush(): Promise<void>;
  readonly counts: SinkCounts;
  /** False while writes fail. */
  readonly healthy: boolean;
  /** Writes what is left, for at most this long, and lets go of the place. */
  close(waitMaxMs: number): Promise<void>;
}
