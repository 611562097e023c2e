import { requireLittleEndian } from "../values/little-endian.ts";

const BYTES_AT_FIRST = 256;
/** UTF-16 units whose UTF-8 (≤ 3 bytes each) has a one-byte length mark: 2 · 3 · 21 < 128. */
const SHORT_STRING_MAX = 21;
const encoder = new TextEncoder();
const f64 = new Float64Array(1);
const f64Bytes = new Uint8Array(f64.buffer);

/** Appends values as canonical bytes, little-endian. Grows by doubling. */
export class ByteWriter {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
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
    f64[0] = Number.isNaN(value) ? Number.NaN : value;
    this.#bytes.set(f64Bytes, this.#length);
    this.#length += 8;
  }

  /** A safe integer as 64 bits, two's complement. */
  i64(value: number): void {
    const low = value >>> 0;
    const high = Math.floor((value - low) / 4294967296);
    for (let shift = 0; shift < 32; shift += 8) this.byte((low >>> shift) & 255);
    for (let shift = 0; shift < 32; shift += 8) this.byte((high >>> shift) & 255);
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
    if (!value.isWellFormed()) {
      this.#units(value);
    } else if (value.length <= SHORT_STRING_MAX) {
      // One length byte for sure: encode in place, then fill it in.
      this.#reserve(1 + 3 * SHORT_STRING_MAX);
      const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 1));
      this.#bytes[this.#length] = written * 2;
      this.#length += 1 + written;
    } else {
      const bytes = encoder.encode(value);
      this.varint(bytes.length * 2);
      this.bytes(bytes);
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
  }
}
