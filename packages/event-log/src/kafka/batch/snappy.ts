/**
 * Snappy, as Kafka's producers write it: the raw format (google/snappy, format_description.txt), bare or in the blocks of
 * xerial's Java stream.
 */
import { copyWithin } from "./copy-within.ts";

const XERIAL_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00];
/** Magic and two versions. */
const XERIAL_HEADER = 16;

/** @throws Error that says what is wrong */
export function snappyDecompressed(packed: Uint8Array, bytesMax: number): Uint8Array {
  if (!XERIAL_MAGIC.every((byte, at) => packed[at] === byte)) return block(packed, bytesMax);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const blocks: Uint8Array[] = [];
  let left = bytesMax;
  for (let at = XERIAL_HEADER; at < packed.length; ) {
    const end = at + 4 + view.getInt32(at);
    if (end < at + 4 || end > packed.length) throw new Error("a block goes beyond the end");
    const made = block(packed.subarray(at + 4, end), left);
    blocks.push(made);
    left -= made.length;
    at = end;
  }
  return Buffer.concat(blocks);
}

const KIND = { literal: 0, near: 1, far: 2 } as const;

function block(packed: Uint8Array, bytesMax: number): Uint8Array {
  let at = 0;
  const byte = () => {
    if (at >= packed.length) throw new Error("it ends too early");
    return packed[at++] as number;
  };
  /** Little-endian, of one to four bytes. */
  const number = (bytes: number) => {
    let value = 0;
    for (let index = 0; index < bytes; index++) value += byte() * 2 ** (8 * index);
    return value;
  };
  let length = 0;
  for (let shift = 0, next = 0x80; next >= 0x80; shift += 7) {
    if (shift > 28) throw new Error("its length is not a number");
    next = byte();
    length += (next & 0x7f) * 2 ** shift;
  }
  if (length > bytesMax) throw new Error(`it holds ${length} bytes`);
  const made = new Uint8Array(length);
  let to = 0;
  while (at < packed.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === KIND.literal) {
      const short = tag >>> 2;
      const bytes = (short < 60 ? short : number(short - 59)) + 1;
      if (at + bytes > packed.length || to + bytes > length) throw new Error("a literal goes beyond the end");
      made.set(packed.subarray(at, at + bytes), to);
      at += bytes;
      to += bytes;
    } else {
      const bytes = kind === KIND.near ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
      const back = kind === KIND.near ? (tag >>> 5) * 256 + byte() : number(kind === KIND.far ? 2 : 4);
      copyWithin(made, to, back, bytes);
      to += bytes;
    }
  }
  if (to !== length) throw new Error(`it holds ${to} bytes instead of ${length}`);
  return made;
}
