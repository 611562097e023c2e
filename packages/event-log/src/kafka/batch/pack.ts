import type { LogRecord, TopicPartition } from "../../api/event-log.ts";
import { batchUnreadable } from "../../errors.ts";
import type { FetchAnswer } from "../wire.ts";
import { Cursor } from "./cursor.ts";
import { type Batch, readBatches } from "./read-batches.ts";
import { RecordReader } from "./record-reader.ts";
import { cutRuns, type Room, type Run } from "./run.ts";

export type Fetched = Pick<FetchAnswer, "batches" | "aborted">;

export interface Packed {
  readonly runs: readonly Run[];
  readonly records: number;
  /** As `Room` counts them. */
  readonly bytes: number;
  /** Where to read on: past marks and aborted records at the end, too. */
  readonly nextOffset: number;
  /** Some had no room. */
  readonly full: boolean;
}

/**
 * What a reader gets of a fetch: data that is not of aborted transactions, from the offset asked for on, as far as there is
 * room. What comes before a batch that cannot be read is given first.
 *
 * @throws GraphError TENON1566 when the first batch wanted cannot be read
 */
export function pack(at: TopicPartition, fetched: Fetched, fromOffset: number, room: Room): Packed {
  const runs: Run[] = [];
  let [records, bytes, nextOffset] = [0, 0, fromOffset];
  const packed = (full: boolean): Packed => ({ runs, records, bytes, nextOffset, full });
  try {
    for (const { batch, readable } of withReadable(readBatches(at, fetched.batches), fetched.aborted)) {
      if (readable && batch.lastOffset >= fromOffset) {
        const left = { records: room.records - records, bytes: room.bytes - bytes, empty: room.empty && records === 0 };
        const cut = cutBatch(at, batch, nextOffset, left);
        runs.push(...cut.runs);
        records += cut.records;
        bytes += cut.bytes;
        if (cut.leftOffset !== undefined) {
          nextOffset = cut.leftOffset;
          return packed(true);
        }
      }
      nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
    }
  } catch (error) {
    if (nextOffset === fromOffset) throw error;
  }
  return packed(false);
}

function cutBatch(at: TopicPartition, batch: Batch, fromOffset: number, room: Room): ReturnType<typeof cutRuns> {
  try {
    return cutRuns(batch, fromOffset, room);
  } catch (error) {
    const place = { ...at, offset: batch.firstOffset };
    throw batchUnreadable(place, `${batch.count} records that fill it`, (error as Error).message);
  }
}

function* withReadable(
  batches: Iterable<Batch>,
  aborted: Fetched["aborted"],
): Generator<{ readonly batch: Batch; readonly readable: boolean }, void> {
  const open = new Set<bigint>();
  let next = 0;
  for (const batch of batches) {
    for (
      let first = aborted[next];
      first !== undefined && first.firstOffset <= batch.lastOffset;
      first = aborted[next]
    ) {
      open.add(first.producerId);
      next++;
    }
    if (batch.control) open.delete(batch.producerId);
    yield { batch, readable: !batch.control && !(batch.transactional && open.has(batch.producerId)) };
  }
}

const ALL: Room = { records: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY, empty: true };

/** All readable records of a fetch from an offset on. @throws GraphError TENON1566 */
export function recordsOf(at: TopicPartition, fetched: Fetched, fromOffset: number): readonly LogRecord[] {
  const reader = new RecordReader(at);
  return pack(at, fetched, fromOffset, ALL).runs.flatMap((run) => {
    const cursor = new Cursor(run.bytes);
    return Array.from({ length: run.records }, () => reader.read(run, cursor));
  });
}
