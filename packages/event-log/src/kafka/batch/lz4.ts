/** LZ4 in its frame format (lz4_Frame_format.md, lz4_Block_format.md). Checksums inside are not checked: the batch's own was. */
import { copyWithin } from "./copy-within.ts";

const MAGIC = 0x184d2204;
const VERSION = 1;
const FLAG = { blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 } as const;
const STORED = 0x80000000;
const MATCH_MIN = 4;
/** Largest block by its number in the header. */
const BLOCK_BYTES_MAX: Readonly<Record<number, number>> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 };

/** @throws Error that says what is wrong */
export function lz4Decompressed(packed: Uint8Array, bytesMax: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < 7 || view.getUint32(0, true) !== MAGIC) throw new Error("it is not an LZ4 frame");
  const flags = packed[4] as number;
  if (flags >>> 6 !== VERSION || (flags & FLAG.dictionary) !== 0) throw new Error("its frame is of another kind");
  const blockMax = BLOCK_BYTES_MAX[((packed[5] as number) >>> 4) & 7];
  if (blockMax === undefined) throw new Error("the size of its blocks is not known");
  let at = 7 + ((flags & FLAG.contentSize) === 0 ? 0 : 8);
  // Blocks may repeat what stands in earlier ones, so all are written to one place.
  let made: Bytes = new Uint8Array(Math.min(bytesMax, Math.max(blockMax, packed.length * 4)));
  let to = 0;
  for (;;) {
    if (at + 4 > packed.length) throw new Error("it ends too early");
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) return made.subarray(0, to);
    const stored = head >= STORED;
    const end = at + (stored ? head - STORED : head);
    if (end > packed.length) throw new Error("a block goes beyond the end");
    made = withRoom(made, to, Math.min(bytesMax, to + blockMax), bytesMax);
    if (stored) {
      if (to + end - at > made.length) throw new Error("it holds too many bytes");
      made.set(packed.subarray(at, end), to);
      to += end - at;
    } else to = block(packed, { at, end, made, to });
    at = end + ((flags & FLAG.blockChecksum) === 0 ? 0 : 4);
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

function withRoom(made: Bytes, used: number, bytesMin: number, bytesMax: number): Bytes {
  if (made.length >= bytesMin) return made;
  const larger = new Uint8Array(Math.min(bytesMax, Math.max(bytesMin, made.length * 2)));
  larger.set(made.subarray(0, used));
  return larger;
}

interface Block {
  readonly at: number;
  readonly end: number;
  readonly made: Uint8Array;
  readonly to: number;
}

/** @returns where the bytes made end */
function block(packed: Uint8Array, { at: start, end, made, to: from }: Block): number {
  let at = start;
  let to = from;
  const byte = () => {
    if (at >= end) throw new Error("a block ends too early");
    return packed[at++] as number;
  };
  const length = (short: number) => {
    let value = short;
    if (short === 15)
      for (let more = 255; more === 255; ) {
        more = byte();
        value += more;
      }
    return value;
  };
  while (at < end) {
    const token = byte();
    const literals = length(token >>> 4);
    if (at + literals > end || to + literals > made.length) throw new Error("a literal goes beyond the end");
    made.set(packed.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence is literals only.
    if (at >= end) break;
    const back = byte() + byte() * 256;
    const repeated = length(token & 15) + MATCH_MIN;
    copyWithin(made, to, back, repeated);
    to += repeated;
  }
  return to;
}
