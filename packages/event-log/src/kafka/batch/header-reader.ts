import type { Headers } from "../../api/event-log.ts";
import { TIME_HEADER } from "../to-wire.ts";
import type { Cursor } from "./cursor.ts";
import { textOf, wholeNumberOf } from "./text.ts";

export interface ReadHeaders {
  /** Frozen: other records may have the same object. */
  readonly headers: Headers;
  /** Of their names and values. */
  readonly characters: number;
}

/** Headers, and the bytes that said them: up to the event time's value where that came last. */
interface Remembered extends ReadHeaders {
  readonly said: Uint8Array;
  readonly timed: boolean;
}

const NONE: Remembered = { headers: Object.freeze({}), characters: 0, said: Uint8Array.of(0), timed: false };

/** Longer ones are read each time. */
const REMEMBERED_BYTES_MAX = 512;

/**
 * Reads the headers of one record after the other. Most records of a topic have those of the record before but for the event
 * time: where the bytes are the same the object is, too, and nothing is made.
 */
export class HeaderReader {
  #last: Remembered = NONE;
  /** Event time of the headers read last; `undefined` when they told none. */
  timeMs: number | undefined;

  read(cursor: Cursor): ReadHeaders {
    this.timeMs = undefined;
    if (!isAt(this.#last.said, cursor)) return this.#readNew(cursor);
    cursor.at += this.#last.said.length;
    if (this.#last.timed) this.#readTime(cursor);
    return this.#last;
  }

  #readTime(cursor: Cursor): void {
    const length = Math.max(0, cursor.varint());
    this.timeMs = wholeNumberOf(cursor.bytes, cursor.at, cursor.at + length);
    cursor.at += length;
  }

  #readNew(cursor: Cursor): ReadHeaders {
    const { bytes, at: start } = cursor;
    const headers: Record<string, string> = {};
    const count = cursor.varint();
    /** Where the event time's value stood, and which of the headers it was. */
    let time: { readonly at: number; readonly last: boolean } | undefined;
    for (let read = 1; read <= count && cursor.at < bytes.length; read++) {
      const name = readText(cursor);
      if (name === TIME_HEADER) {
        time = { at: cursor.at, last: read === count };
        this.#readTime(cursor);
      } else headers[name] = readText(cursor);
    }
    let characters = 0;
    for (const name in headers) characters += name.length + (headers[name] as string).length;
    const made = { headers: Object.freeze(headers), characters };
    const end = time?.at ?? cursor.at;
    if (time?.last !== false && end - start <= REMEMBERED_BYTES_MAX)
      this.#last = { ...made, said: bytes.slice(start, end), timed: time !== undefined };
    return made;
  }
}

/** Of a header given several times the last counts, as with other readers of a map. */
function readText(cursor: Cursor): string {
  const length = Math.max(0, cursor.varint());
  const start = cursor.at;
  cursor.at = start + length;
  return textOf(cursor.bytes, start, start + length);
}

function isAt(said: Uint8Array, { bytes, at }: Cursor): boolean {
  for (let from = 0; from < said.length; from++) if (said[from] !== bytes[at + from]) return false;
  return true;
}
