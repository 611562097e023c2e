import { requireLittleEndian } from "../values/little-endian.ts";

const BYTES_AT_FIRST = 256;
/** Longest ASCII string whose length mark is one byte: 2 · 63 < 128. */
const SHORT_STRING_MAX = 63;
const encoder = new TextEncoder();

/** Appends values as canonical bytes, little-endian. Grows by doubling. */
export class ByteWriter {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor() {
    requireLittleEndian();
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A non-negative safe integer, 7 bits per byte, least first. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** 8 bytes. NaN has one bit pattern; -0 is kept. */
  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, Number.isNaN(value) ? Number.NaN : value, true);
    this.#length += 8;
  }

  /** A safe integer as 64 bits, two's complement. */
  i64(value: number): void {
    const low = value >>> 0;
    this.#reserve(8);
    this.#view.setUint32(this.#length, low, true);
    this.#view.setInt32(this.#length + 4, (value - low) / 4294967296, true);
    this.#length += 8;
  }

  /** Sign and length, then the magnitude, least byte first. */
  bigint(value: bigint): void {
    let magnitude = value < 0n ? -value : value;
    const digits = magnitude === 0n ? 0 : Math.ceil(magnitude.toString(16).length / 2);
    this.varint(digits * 2 + (value < 0n ? 1 : 0));
    for (let digit = 0; digit < digits; digit++) {
      this.byte(Number(magnitude & 255n));
      magnitude >>= 8n;
    }
  }

  /**
   * Length and UTF-8; a string with lone surrogates, which UTF-8 cannot hold, as UTF-16 units with an odd length mark.
   * So different strings never share bytes.
   */
  string(value: string): void {
    if (value.length <= SHORT_STRING_MAX && this.#ascii(value)) return;
    if (value.isWellFormed()) {
      const bytes = encoder.encode(value);
      this.varint(bytes.length * 2);
      this.bytes(bytes);
    } else {
      this.#units(value);
    }
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The bytes of a typed array as they lie in memory. */
  array(array: ArrayBufferView): void {
    this.bytes(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written, without a copy; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Writes a short string if all of it is ASCII: most keys and words are, and the encoder's call costs more than they do. */
  #ascii(value: string): boolean {
    this.#reserve(1 + SHORT_STRING_MAX);
    const bytes = this.#bytes;
    const start = this.#length + 1;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 127) return false;
      bytes[start + index] = unit;
    }
    bytes[this.#length] = value.length * 2;
    this.#length = start + value.length;
    return true;
  }

  #units(value: string): void {
    this.varint(value.length * 2 + 1);
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      this.byte(unit & 255);
      this.byte(unit >>> 8);
    }
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
