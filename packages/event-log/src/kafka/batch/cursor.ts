/** Reads numbers of a record one after the other. Beyond the end it reads zeros: its user checks where it stands. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A signed number in 1 to 10 bytes, zigzag; exact up to 2^53. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] as number;
    if (!(byte >= 0x80)) return (byte >>> 1) ^ -(byte & 1);
    let low = byte & 0x7f;
    let shift = 7;
    for (; shift < 28; shift += 7) {
      byte = bytes[this.at++] as number;
      low |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) return (low >>> 1) ^ -(low & 1);
    }
    return this.#long(low);
  }

  /** From the fifth byte on the number may be longer than 32 bits. */
  #long(low: number): number {
    let value = low;
    for (let scale = 2 ** 28; scale <= 2 ** 63; scale *= 2 ** 7) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (!(byte >= 0x80)) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
