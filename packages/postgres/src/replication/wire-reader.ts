/** Reads a message's fields in order. Reading past its end throws. */
export class WireReader {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  int16(): number {
    this.#at += 2;
    return this.bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.bytes.readInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.bytes.readBigInt64BE(this.#at - 8);
  }

  uint64(): bigint {
    this.#at += 8;
    return this.bytes.readBigUInt64BE(this.#at - 8);
  }

  passOver(bytes: number): void {
    this.#at += bytes;
  }

  /** The next character, which stays. */
  peek(): string {
    return String.fromCharCode(this.bytes.readUInt8(this.#at));
  }

  character(): string {
    this.#at++;
    return String.fromCharCode(this.bytes.readUInt8(this.#at - 1));
  }

  /** Up to a zero byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.#at);
    if (end < 0) throw new Error("a text without its end");
    const text = this.bytes.toString("utf8", this.#at, end);
    this.#at = end + 1;
    return text;
  }
}
