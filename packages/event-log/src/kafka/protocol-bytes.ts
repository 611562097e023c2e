/** Numbers, text and lists as Kafka's protocol writes them, in its versions before compact ones. */

export function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export function int64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
}

export function string(text: string): Buffer {
  const encoded = Buffer.from(text);
  return Buffer.concat([int16(encoded.length), encoded]);
}

export function bytes(data: Uint8Array): Buffer {
  return Buffer.concat([int32(data.length), data]);
}

export class ProtocolReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  /** @returns where the bytes skipped begin */
  passOver(length: number): number {
    this.#at += length;
    return this.#at - length;
  }

  int16(): number {
    return this.#data.readInt16BE(this.passOver(2));
  }

  int32(): number {
    return this.#data.readInt32BE(this.passOver(4));
  }

  int64(): bigint {
    return this.#data.readBigInt64BE(this.passOver(8));
  }

  string(): string {
    return this.#take(this.int16()).toString();
  }

  /** A view; none, and what an older writer left out at the end, is empty. */
  bytes(): Uint8Array {
    return this.#at + 4 > this.#data.length ? new Uint8Array(0) : this.#take(Math.max(0, this.int32()));
  }

  /** None is empty. */
  array<Item>(read: () => Item): Item[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  #take(length: number): Buffer {
    const at = this.passOver(length);
    return this.#data.subarray(at, at + length);
  }
}
