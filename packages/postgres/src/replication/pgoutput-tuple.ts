import type { WireReader } from "./wire-reader.ts";

const NULL = -1;
/** A large value that the update did not touch: the server does not send it. */
const UNCHANGED = -2;

/** Values of one row, in text form. They are decoded when asked for: a reader of keys does not pay for bodies. */
export class PgoutputTuple {
  readonly #bytes: Buffer;
  readonly #columns: readonly string[];
  /** Per column where its length stands, or one of the marks above. */
  readonly #places: readonly number[];

  constructor(bytes: Buffer, columns: readonly string[], places: readonly number[]) {
    this.#bytes = bytes;
    this.#columns = columns;
    this.#places = places;
  }

  /** Columns that came with a value or NULL; the rest were not sent, because they are large and unchanged. */
  get present(): readonly string[] {
    if (!this.#places.includes(UNCHANGED)) return this.#columns;
    return this.#columns.filter((_, index) => this.#places[index] !== UNCHANGED);
  }

  /** `null` is NULL; `undefined` a column that the table has not, or that was not sent. */
  text(column: string): string | null | undefined {
    const place = this.#places[this.#columns.indexOf(column)] ?? UNCHANGED;
    if (place < 0) return place === NULL ? null : undefined;
    const length = this.#bytes.readInt32BE(place);
    return this.#bytes.toString("utf8", place + 4, place + 4 + length);
  }
}

/** @throws Error for more values than columns, and for values that are not text */
export function readTuple(wire: WireReader, columns: readonly string[]): PgoutputTuple {
  const count = wire.int16();
  const places: number[] = [];
  for (let index = 0; index < count; index++) {
    const name = columns[index];
    if (name === undefined) throw new Error("more values than the table has columns");
    const kind = wire.character();
    if (kind === "n") places.push(NULL);
    else if (kind === "u") places.push(UNCHANGED);
    else if (kind === "t") {
      places.push(wire.at);
      wire.passOver(wire.int32());
    } else throw new Error(`a value of kind "${kind}" in column "${name}"`);
  }
  if (wire.at > wire.bytes.length) throw new Error("a row that is cut off");
  return new PgoutputTuple(wire.bytes, columns, places);
}
