import { requireLittleEndian } from "../values/little-endian.ts";
import { undecodable } from "../values/value-error.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads what {@link ByteWriter} wrote. Every method throws TENON1161 where the bytes end too early or say nonsense. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #position = 0;

  /** `what` is named in errors. */
  constructor(bytes: Uint8Array, what: string) {
    requireLittleEndian();
    // A Buffer's slice() shares memory where a Uint8Array's copies, so only the latter is kept.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  byte(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (!Number.isSafeInteger(value)) throw this.fail("a number is too long");
      if (byte < 128) return value;
    }
  }

  /** A count of things that take at least `bytesEach` bytes: refused before anything of that size is allocated. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.#bytes.length - this.#position)
      throw this.fail(`${count} entries do not fit into the rest`);
    return count;
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  i64(): number {
    const at = this.#take(8);
    const value = this.#view.getInt32(at + 4, true) * 4294967296 + this.#view.getUint32(at, true);
    if (!Number.isSafeInteger(value)) throw this.fail("an id is not a safe integer");
    return value;
  }

  bigint(): bigint {
    const mark = this.varint();
    let value = 0n;
    const digits = Math.floor(mark / 2);
    const at = this.#take(digits);
    for (let digit = digits - 1; digit >= 0; digit--) value = value * 256n + BigInt(this.#bytes[at + digit] as number);
    return mark % 2 === 1 ? -value : value;
  }

  string(): string {
    const mark = this.varint();
    const length = Math.floor(mark / 2);
    if (mark % 2 === 1) return this.#units(length);
    const at = this.#take(length);
    try {
      return decoder.decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw this.fail("a string is not UTF-8");
    }
  }

  /** A copy in its own buffer, so that it can be viewed as wider numbers. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }

  /** Throws unless everything was read. */
  end(): void {
    const rest = this.#bytes.length - this.#position;
    if (rest > 0) throw this.fail(`${rest} bytes are left over`);
  }

  fail(problem: string): Error {
    return undecodable(this.#what, `${problem} (at byte ${this.#position})`);
  }

  #units(length: number): string {
    const at = this.#take(length * 2);
    let value = "";
    for (let index = 0; index < length; index++)
      value += String.fromCharCode(this.#view.getUint16(at + index * 2, true));
    return value;
  }

  #take(count: number): number {
    const at = this.#position;
    if (at + count > this.#bytes.length) throw this.fail(`${count} bytes were expected`);
    this.#position = at + count;
    return at;
  }
}
