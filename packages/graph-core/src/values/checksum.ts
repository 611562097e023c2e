/**
 * Fast checksums of arrays that freezing cannot protect: typed arrays stay writable to whoever holds them.
 * `runChecked` compares them at the end of a run. Not for storage: they depend on machine word order.
 */
import { batchStorage, CandidateBatch } from "./candidate-batch.ts";
import { type Column, columnValues } from "./column.ts";
import { FeatureSnapshot, snapshotArrays } from "./feature-snapshot.ts";
import { ModelScores } from "./model-scores.ts";

// Odd multipliers of the 32-bit golden ratio and of murmur's finaliser: each step is a bijection of the word it takes
// in, so a change of one word always changes the sum.
const STEP = 0x9e3779b1;
const MIX = 0x85ebca6b;

/** A value that guards arrays of its own. */
export type Guarded = Column | CandidateBatch | FeatureSnapshot | ModelScores;

/** Every array that the value rests on, those of the batches it came from included. Lazily gathered columns are not. */
export function visitArrays(value: Guarded, visit: (array: ArrayBufferView) => void): void {
  if (value instanceof CandidateBatch) visitBatch(value, visit);
  else if (value instanceof FeatureSnapshot) snapshotArrays(value).forEach(visit);
  else visit(columnValues(value instanceof ModelScores ? value.margins : value));
}

function visitBatch(batch: CandidateBatch, visit: (array: ArrayBufferView) => void): void {
  for (let each: CandidateBatch | undefined = batch; each !== undefined; ) {
    const { ids, own, source } = batchStorage(each);
    visit(columnValues(ids));
    for (const name in own) visit(columnValues(own[name] as Column));
    if (source?.rows !== undefined) visit(source.rows);
    each = source?.batch;
  }
}

/** A 32-bit checksum of an array's bytes. A change of one 32-bit word always changes it. */
export function arraySum({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
  const words = new Uint32Array(buffer, byteOffset, byteLength >>> 2);
  // Four independent sums keep the processor busy: each step waits for the one before it.
  let [a, b, c, d] = [1, 2, 3, 4];
  const quads = words.length & ~3;
  for (let at = 0; at < quads; at += 4) {
    a = Math.imul(a ^ (words[at] as number), STEP);
    b = Math.imul(b ^ (words[at + 1] as number), STEP);
    c = Math.imul(c ^ (words[at + 2] as number), STEP);
    d = Math.imul(d ^ (words[at + 3] as number), STEP);
  }
  let sum = addToSum(addToSum(addToSum(a, b), c), d);
  for (let at = quads; at < words.length; at++) sum = addToSum(sum, words[at] as number);
  const rest = new Uint8Array(buffer, byteOffset + words.byteLength, byteLength & 3);
  for (let at = 0; at < rest.length; at++) sum = addToSum(sum, rest[at] as number);
  return addToSum(sum, byteLength);
}

/** Takes one 32-bit word into a sum. */
function addToSum(sum: number, word: number): number {
  const next = Math.imul(sum ^ word, STEP);
  return Math.imul(next ^ (next >>> 15), MIX) >>> 0;
}
