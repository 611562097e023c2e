/**
 * The kernels in plain TypeScript: the oracle of the differential tests, written for reading and not for speed.
 * Integers agree bit for bit with both variants, exact scores too. Which rows survive, and in which order, agrees as well.
 */

import type { Kernels } from "./kernels.ts";
import { SCAN_DONE, SCAN_FULL, SCAN_PAUSED } from "./kernels.ts";
import { CHUNK_ROWS, HISTOGRAM_BUCKETS, STATE } from "./scan-state.ts";
import type { WasmMemory } from "./wasm.ts";

/** Rows that one step of the expansion may add. */
const STEP_ROWS = 128;

export function twinKernels(memory: WasmMemory): Kernels {
  const words = new Int32Array(memory.buffer);
  const bytes = new Int8Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  const doubles = new Float64Array(memory.buffer);
  const word = (address: number) => words[address >> 2] as number;

  function dot(row: number, query: number, stride: number): number {
    let sum = 0;
    for (let axis = 0; axis < stride; axis++) sum += (bytes[row + axis] as number) * (bytes[query + axis] as number);
    return sum;
  }

  function andWord(masks: number, maskCount: number, at: number): number {
    let bits = -1;
    for (let mask = 0; mask < maskCount; mask++) bits &= word(word(masks + mask * 4) + at * 4);
    return bits;
  }

  function offer(state: number, row: number, score: number): void {
    const s = state >> 2;
    const field = (name: keyof typeof STATE) => words[s + STATE[name]] as number;
    const set = (name: keyof typeof STATE, value: number) => {
      words[s + STATE[name]] = value;
    };
    const out = (field("survivors") >> 2) + 2 * field("survivorCount");
    words[out] = row;
    words[out + 1] = score;
    set("survivorCount", field("survivorCount") + 1);
    if (score < field("edge")) return;
    const histogram = field("histogram") >> 2;
    const bucket = Math.min((score - field("low")) >>> field("shift"), HISTOGRAM_BUCKETS - 1);
    words[histogram + bucket] = (words[histogram + bucket] as number) + 1;
    set("above", field("above") + 1);
    while (field("above") - (words[histogram + field("cut")] as number) >= field("k")) {
      set("above", field("above") - (words[histogram + field("cut")] as number));
      set("cut", field("cut") + 1);
      set("edge", field("low") + (field("cut") << field("shift")));
      set("threshold", field("edge") - field("margin"));
    }
  }

  /** Four rows at a time against one threshold, like the kernel; -1 stands for a lane without a row. */
  function step(state: number, rows: readonly number[]): void {
    const s = state >> 2;
    const threshold = words[s + STATE.threshold] as number;
    const stride = words[s + STATE.stride] as number;
    for (const row of rows) {
      if (row < 0) continue;
      const at = (words[s + STATE.rows] as number) + row * stride;
      const score = dot(at, words[s + STATE.query] as number, stride) + (words[s + STATE.bias] as number);
      if (score >= threshold) offer(state, row, score);
    }
  }

  function addRowsRead(state: number, count: number): void {
    const place = (state >> 2) + STATE.rowsRead;
    words[place] = (words[place] as number) + count;
  }

  function keep(state: number): void {
    const s = state >> 2;
    const start = (words[s + STATE.survivors] as number) >> 2;
    let kept = 0;
    for (let place = 0; place < (words[s + STATE.survivorCount] as number); place++) {
      const score = words[start + 2 * place + 1] as number;
      if (score < (words[s + STATE.threshold] as number)) continue;
      words[start + 2 * kept] = words[start + 2 * place] as number;
      words[start + 2 * kept + 1] = score;
      kept++;
    }
    words[s + STATE.survivorCount] = kept;
  }

  /** Whether survivors must be taken before another chunk. */
  function isFull(state: number): boolean {
    const s = state >> 2;
    const room = () => (words[s + STATE.survivorsMax] as number) - (words[s + STATE.survivorCount] as number);
    if (room() >= CHUNK_ROWS) return false;
    keep(state);
    return room() < 2 * CHUNK_ROWS;
  }

  const rangeFrom = (ranges: number, range: number) => word(ranges + range * 8);
  const rangeTo = (ranges: number, range: number) => word(ranges + range * 8 + 4);

  function scanListed(
    state: number,
    ranges: number,
    rangeCount: number,
    masks: number,
    maskCount: number,
    rowsMax: number,
  ): number {
    const s = state >> 2;
    const until = (words[s + STATE.rowsRead] as number) + rowsMax;
    do {
      if (isFull(state)) return SCAN_FULL;
      if ((words[s + STATE.rowsRead] as number) >= until) return SCAN_PAUSED;
      let range = words[s + STATE.range] as number;
      let at = words[s + STATE.word] as number;
      const rows: number[] = [];
      while (range < rangeCount && rows.length <= CHUNK_ROWS - STEP_ROWS) {
        const to = rangeTo(ranges, range);
        if (at >= to) {
          range++;
          if (range < rangeCount) at = rangeFrom(ranges, range);
          continue;
        }
        const count = at + 4 <= to ? 4 : 1;
        for (let next = at; next < at + count; next++) rows.push(...rowsOf(next, andWord(masks, maskCount, next)));
        at += count;
      }
      addRowsRead(state, rows.length);
      for (let place = 0; place < rows.length; place += 4) step(state, rows.slice(place, place + 4));
      words[s + STATE.range] = range;
      words[s + STATE.word] = at;
    } while ((words[s + STATE.range] as number) < rangeCount);
    return SCAN_DONE;
  }

  function scanDense(
    state: number,
    ranges: number,
    rangeCount: number,
    masks: number,
    maskCount: number,
    rowsMax: number,
  ): number {
    const s = state >> 2;
    const until = (words[s + STATE.rowsRead] as number) + rowsMax;
    while ((words[s + STATE.range] as number) < rangeCount) {
      const range = words[s + STATE.range] as number;
      const at = words[s + STATE.word] as number;
      if (at >= rangeTo(ranges, range)) {
        words[s + STATE.range] = range + 1;
        if (range + 1 < rangeCount) words[s + STATE.word] = rangeFrom(ranges, range + 1);
        continue;
      }
      if (isFull(state)) return SCAN_FULL;
      if ((words[s + STATE.rowsRead] as number) >= until) return SCAN_PAUSED;
      const rows = rowsOf(at, andWord(masks, maskCount, at));
      addRowsRead(state, rows.length);
      for (let first = at * 32; first < at * 32 + 32; first += 4)
        step(
          state,
          rows.filter((row) => row >= first && row < first + 4),
        );
      words[s + STATE.word] = at + 1;
    }
    return SCAN_DONE;
  }

  /** Sums by rule V1 of `term(component, query component)`. */
  function sums(
    pairs: number,
    count: number,
    base: number,
    strideBytes: number,
    query: number,
    out: number,
    term: (component: number, wanted: number) => number,
  ): void {
    for (let place = 0; place < count; place++) {
      const row = (base + word(pairs + place * 8) * strideBytes) >> 2;
      const lanes = [0, 0, 0, 0] as [number, number, number, number];
      for (let axis = 0; axis < strideBytes >> 2; axis++) {
        const lane = axis & 3;
        lanes[lane] =
          (lanes[lane] as number) + term(floats[row + axis] as number, doubles[(query >> 3) + axis] as number);
      }
      floats[(out >> 2) + place] = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
    }
  }

  return {
    variant: "twin",
    keep,
    count(masks, maskCount, fromWord, toWord) {
      let count = 0;
      for (let at = fromWord; at < toWord; at++) count += rowsOf(at, andWord(masks, maskCount, at)).length;
      return count;
    },
    scanListed,
    scanDense,
    scoreAll(base, stride, query, bias, count, out) {
      for (let row = 0; row < count; row++) words[(out >> 2) + row] = dot(base + row * stride, query, stride) + bias;
    },
    assign(base, stride, count, centers, biases, listCount, out) {
      for (let row = 0; row < count; row++) {
        let best = -(2 ** 31);
        let bestList = 0;
        for (let list = 0; list < listCount; list++) {
          const score = dot(base + row * stride, centers + list * stride, stride) + word(biases + list * 4);
          if (score > best) {
            best = score;
            bestList = list;
          }
        }
        words[(out >> 2) + row] = bestList;
      }
    },
    rerank: (pairs, count, base, strideBytes, query, out) =>
      sums(pairs, count, base, strideBytes, query, out, (component, wanted) => component * wanted),
    rerankDistance: (pairs, count, base, strideBytes, query, out) =>
      sums(pairs, count, base, strideBytes, query, out, (component, wanted) => -((component - wanted) ** 2)),
  };
}

function rowsOf(word: number, bits: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => ((bits >>> bit) & 1) === 1)
    .map((bit) => word * 32 + bit);
}
