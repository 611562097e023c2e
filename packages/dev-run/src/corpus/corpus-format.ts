/**
 * A corpus file, `*.runs`: magic, format, header, blocks of entries, end.
 *
 *     "TENONRUN" | u16 format | u16 0 | u32 header bytes | u32 crc32 of all before it and the header | header as JSON
 *     block: u32 stored bytes | u32 raw bytes | u32 entries | u32 crc32 of the block | zstd of (u32 bytes | entry) …
 *     end:   u32 0xffffffff | u32 blocks | u32 entries | sha256 of everything before it
 *
 * Numbers are little-endian. A block is checked before any of its entries is handed out, the whole at the end: a file
 * without its end is no corpus. Formats are not converted: a corpus is made anew, which takes seconds.
 */
import { crc32 } from "node:zlib";

export const MAGIC = Buffer.from("TENONRUN", "latin1");
export const FORMAT = 1;
export const PREFIX_BYTES = 20;
export const BLOCK_HEAD_BYTES = 16;
export const END_MARK = 0xffffffff;
export const END_BYTES = 12 + 32;
/** Longest header: beyond this a length is taken for damage. */
export const HEADER_BYTES_MAX = 2 ** 20;
/** Raw bytes at which a block is closed: one window of the compressor, and what a reader holds at once. */
export const BLOCK_BYTES = 4 * 2 ** 20;
/** Largest entry; a run that needs more is left out. A block is at most this and {@link BLOCK_BYTES}. */
export const ENTRY_BYTES_MAX = 32 * 2 ** 20;

/** What a reader must know of the code that made the runs, per graph. */
export interface CorpusGraph {
  readonly name: string;
  readonly planHash: string;
  readonly topologyHash: string;
  /** Fingerprint of each feature schema in its slots, by name. */
  readonly featureSchemas: Readonly<Record<string, string>>;
}

export interface CorpusHeader {
  /** Names the corpus in reports: `serving`, `indexing`. */
  readonly name: string;
  /** What made it, in words: the marketplace with its seed, a host and its address. */
  readonly madeBy: string;
  readonly madeAtMs: number;
  readonly graphs: readonly CorpusGraph[];
  /** Plain data with which the host binds pinned resources that are not in the code: a vector of the served base. */
  readonly bindings: Readonly<Record<string, string>>;
}

export function encodeHeader(header: CorpusHeader): Buffer {
  const body = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(PREFIX_BYTES + body.length);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(FORMAT, 8);
  bytes.writeUInt32LE(body.length, 12);
  bytes.set(body, PREFIX_BYTES);
  bytes.writeUInt32LE(headerSum(bytes), 16);
  return bytes;
}

/** Sum of everything in the head but the sum itself. */
export function headerSum(head: Buffer): number {
  return crc32(head.subarray(PREFIX_BYTES), crc32(head.subarray(0, 16)));
}

export function blockHead(stored: Uint8Array, rawBytes: number, entries: number): Buffer {
  const head = Buffer.alloc(BLOCK_HEAD_BYTES);
  head.writeUInt32LE(stored.length, 0);
  head.writeUInt32LE(rawBytes, 4);
  head.writeUInt32LE(entries, 8);
  head.writeUInt32LE(blockSum(head, stored), 12);
  return head;
}

export function blockSum(head: Buffer, stored: Uint8Array): number {
  return crc32(stored, crc32(head.subarray(0, 12)));
}
