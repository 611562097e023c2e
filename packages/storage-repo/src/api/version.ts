import { repoError } from "./repo-error.ts";

/** Bits of a version that hold the sequence: 2^42 writes per producer epoch. */
const SEQUENCE_BITS = 42n;
export const VERSION_MAX = 2n ** 63n - 1n;
const EPOCH_MAX = 2 ** 20;
const SEQUENCE_MAX = 2 ** 42 - 1;

/**
 * The version of a write: its producer's (epoch, sequence) as one rising integer. A producer that restarts without its
 * sequence takes a higher epoch.
 *
 * @param epoch 0 … 2^20
 * @param sequence 0 … 2^42-1; not both 0: version 0 says "never written"
 * @throws GraphError TENON1529
 */
export function versionOf(epoch: number, sequence: number): bigint {
  const version = inRange(epoch, EPOCH_MAX) && inRange(sequence, SEQUENCE_MAX) ? pack(epoch, sequence) : 0n;
  if (version > 0n && version <= VERSION_MAX) return version;
  throw repoError("TENON1529", "a version is out of range", {
    category: "input",
    expected: `an epoch of 0 to ${EPOCH_MAX} and a sequence of 0 to ${SEQUENCE_MAX}, not both 0`,
    found: `epoch ${epoch}, sequence ${sequence}`,
    hint: "count the producer's writes from 1; take a new epoch only when the producer lost its count",
  });
}

function inRange(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function pack(epoch: number, sequence: number): bigint {
  return (BigInt(epoch) << SEQUENCE_BITS) | BigInt(sequence);
}
