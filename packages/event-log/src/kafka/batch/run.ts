/** Records that wait to be read, as bytes: a queue of objects costs the collector more than reading them costs. */
import { RECORD_OVERHEAD_BYTES } from "../../api/limits.ts";
import { Cursor } from "./cursor.ts";
import type { Batch } from "./read-batches.ts";

/** Records of one batch in a buffer of their own: a record that is kept holds its run, not the client's whole answer. */
export interface Run {
  readonly bytes: Uint8Array;
  readonly records: number;
  readonly batch: Pick<Batch, "firstOffset" | "firstTimeMs" | "appendedAtMs">;
}

/** Bytes of a run, or one record that is larger: what a record that is kept holds beside itself. */
const RUN_BYTES_MAX = 64 * 1024;

/** What a queue still takes. */
export interface Room {
  readonly records: number;
  /** Each record counts with its bytes in the batch and `RECORD_OVERHEAD_BYTES`, which is no less than `recordBytes`. */
  readonly bytes: number;
  /** Then a first record is taken whatever its size. */
  readonly empty: boolean;
}

export interface Cut {
  readonly runs: readonly Run[];
  readonly records: number;
  readonly bytes: number;
  /** Of the first record that had no room. */
  readonly leftOffset: number | undefined;
}

/**
 * Copies the records of a batch from an offset on, as far as there is room.
 *
 * @throws RangeError when they do not fill the batch
 */
export function cutRuns(batch: Batch, fromOffset: number, room: Room): Cut {
  const { body, count } = batch;
  const runs: Run[] = [];
  const cursor = new Cursor(body);
  let [from, inRun, records, bytes] = [0, 0, 0, 0];
  const endRun = (end: number) => {
    if (inRun > 0) runs.push({ bytes: new Uint8Array(body.subarray(from, end)), records: inRun, batch });
    [from, inRun] = [end, 0];
  };
  for (let read = 0; read < count; read++) {
    const start = cursor.at;
    const length = cursor.varint();
    const end = cursor.at + length;
    if (length < 0 || end > body.length) throw new RangeError("records beyond its end");
    if (records === 0 && batch.firstOffset < fromOffset && offsetOf(batch, start) < fromOffset) from = end;
    else {
      const more = end - start + RECORD_OVERHEAD_BYTES;
      const fits = records < room.records && bytes + more <= room.bytes;
      if (!fits && !(room.empty && records === 0)) {
        endRun(start);
        return { runs, records, bytes, leftOffset: offsetOf(batch, start) };
      }
      if (end - from > RUN_BYTES_MAX) endRun(start);
      inRun++;
      records++;
      bytes += more;
    }
    cursor.at = end;
  }
  if (cursor.at !== body.length) throw new RangeError("bytes behind its last record");
  endRun(cursor.at);
  return { runs, records, bytes, leftOffset: undefined };
}

function offsetOf({ body, firstOffset }: Batch, start: number): number {
  const cursor = new Cursor(body, start);
  cursor.varint();
  cursor.at++;
  cursor.varint();
  return firstOffset + cursor.varint();
}
