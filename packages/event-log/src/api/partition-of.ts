/**
 * The partition of a key: Kafka's default partitioner, so that producers in other languages put a key where we do.
 * Source: `org.apache.kafka.common.utils.Utils.murmur2` and `BuiltInPartitioner.partitionForKey`.
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key, "utf8")) & 0x7fffffff) % partitions;
}

/** MurmurHash 2 with Kafka's seed, as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = SEED ^ length;
  const words = length >> 2;
  for (let word = 0; word < words; word++) {
    const at = word << 2;
    let mixed =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    mixed = Math.imul(mixed, MULTIPLIER);
    mixed ^= mixed >>> 24;
    mixed = Math.imul(mixed, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ mixed;
  }
  const tail = words << 2;
  const left = length & 3;
  if (left === 3) hash ^= (bytes[tail + 2] as number) << 16;
  if (left >= 2) hash ^= (bytes[tail + 1] as number) << 8;
  if (left >= 1) hash = Math.imul(hash ^ (bytes[tail] as number), MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return (hash ^ (hash >>> 15)) | 0;
}

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
