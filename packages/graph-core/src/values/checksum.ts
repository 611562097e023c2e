/**
 * Fast checksums of values that freezing cannot protect: typed arrays stay writable to whoever holds them.
 * `runChecked` compares the checksum before and after each node. Not for storage: it depends on machine word order.
 */
import { type BatchStorage, batchStorage, CandidateBatch } from "./candidate-batch.ts";
import { type Column, columnValues } from "./column.ts";
import { FeatureSnapshot, snapshotArrays } from "./feature-snapshot.ts";
import { ModelScores } from "./model-scores.ts";

// Odd multipliers of the 32-bit golden ratio and of murmur's finaliser: each step is a bijection of the word it takes
// in, so a change of one word always changes the sum.
const STEP = 0x9e3779b1;
const MIX = 0x85ebca6b;

/** A 32-bit checksum of a column, batch, snapshot or scores. Reading lazily selected columns does not change it. */
export function checksum(value: Column | CandidateBatch | FeatureSnapshot | ModelScores): number {
  if (value instanceof CandidateBatch) return batchSum(batchStorage(value));
  if (value instanceof FeatureSnapshot) {
    return snapshotArrays(value).reduce((sum, array) => addArray(sum, array), value.rowCount >>> 0);
  }
  if (value instanceof ModelScores) return addArray(1, columnValues(value.margins));
  return addArray(value.length, columnValues(value));
}

function batchSum({ ids, own, source }: BatchStorage): number {
  let sum = addArray(ids.length, columnValues(ids));
  for (const name in own) sum = addArray(sum, columnValues(own[name] as Column));
  if (source === undefined) return sum;
  if (source.rows !== undefined) sum = addArray(sum, source.rows);
  return addToSum(sum, checksum(source.batch));
}

function addArray(sum: number, array: ArrayBufferView): number {
  const { buffer, byteOffset, byteLength } = array;
  const words = new Uint32Array(buffer, byteOffset, byteLength >>> 2);
  // Two independent sums keep the processor busy: each step waits for the one before it.
  let even = sum;
  let odd = MIX;
  const pairs = words.length & ~1;
  for (let index = 0; index < pairs; index += 2) {
    even = Math.imul(even ^ (words[index] as number), STEP);
    even ^= even >>> 15;
    odd = Math.imul(odd ^ (words[index + 1] as number), STEP);
    odd ^= odd >>> 15;
  }
  let next = addToSum(even, odd);
  if (pairs < words.length) next = addToSum(next, words[pairs] as number);
  const rest = new Uint8Array(buffer, byteOffset + words.byteLength, byteLength & 3);
  for (let index = 0; index < rest.length; index++) next = addToSum(next, rest[index] as number);
  return addToSum(next, byteLength);
}

/** Takes one 32-bit word into a sum. */
export function addToSum(sum: number, word: number): number {
  const next = Math.imul(sum ^ word, STEP);
  return Math.imul(next ^ (next >>> 15), MIX) >>> 0;
}
