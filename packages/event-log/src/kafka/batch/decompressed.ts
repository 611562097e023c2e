import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { TopicPartition } from "../../api/event-log.ts";
import { batchUnreadable } from "../../errors.ts";
import { lz4Decompressed } from "./lz4.ts";
import { snappyDecompressed } from "./snappy.ts";

/** Bytes that one batch may hold; producers write at most 1 MiB by default, before or after it is compressed. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

type Decompress = (packed: Uint8Array, bytesMax: number) => Uint8Array;

/** By the number in a batch's attributes. */
const CODECS: Readonly<Record<number, readonly [name: string, decompress: Decompress]>> = {
  1: ["gzip", (packed, bytesMax) => gunzipSync(packed, { maxOutputLength: bytesMax })],
  2: ["snappy", snappyDecompressed],
  3: ["lz4", lz4Decompressed],
  4: ["zstd", (packed, bytesMax) => zstdDecompressSync(packed, { maxOutputLength: bytesMax })],
};

/** @throws GraphError TENON1566 for a compression that is not known, bytes that are not of it, and more than a batch may hold */
export function decompressed(
  place: TopicPartition & { readonly offset: number },
  packed: Uint8Array,
  compression: number,
  bytesMax: number = BODY_BYTES_MAX,
): Uint8Array {
  if (compression === 0) return packed;
  const [name, decompress] = CODECS[compression] ?? [];
  if (decompress === undefined)
    throw batchUnreadable(place, "compression none, gzip, snappy, lz4 or zstd", `number ${compression}`);
  try {
    return decompress(packed, bytesMax);
  } catch (error) {
    throw batchUnreadable(place, `${name} of at most ${bytesMax} bytes`, (error as Error).message);
  }
}
