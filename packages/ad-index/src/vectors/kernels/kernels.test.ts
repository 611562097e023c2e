import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import wabt from "wabt";
import { type KernelVariant, kernelModuleText } from "./assemble-kernels.ts";
import { twinKernels } from "./kernel-twin.ts";
import { bindKernels, fastestVariant, type Kernels, SCAN_DONE, SCAN_FULL } from "./kernels.ts";
import { alignUp, type ScratchLayout, STATE, SURVIVORS_MAX, scratchLayout } from "./scan-state.ts";
import { sharedMemory, type WasmMemory } from "./wasm.ts";

const folder = new URL("./", import.meta.url);
const variants: readonly KernelVariant[] = fastestVariant === "relaxed" ? ["relaxed", "plain"] : ["plain"];

/** A memory with rows, bitmaps and one scratch area, the same for every implementation. */
interface Bench {
  readonly memory: WasmMemory;
  readonly scratch: ScratchLayout;
  readonly rowsAt: number;
  readonly exactAt: number;
  readonly masksAt: readonly number[];
}

interface Case {
  readonly stride: number;
  readonly rows: number;
  readonly masks: number;
  readonly seed: number;
  readonly density: number;
  readonly k: number;
  readonly margin: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  stride: fc.constantFrom(16, 32, 48, 64, 80, 128),
  rows: fc.integer({ min: 1, max: 700 }),
  masks: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
  density: fc.constantFrom(0, 0.02, 0.5, 0.95, 1),
  k: fc.constantFrom(1, 2, 10, 100),
  margin: fc.constantFrom(0, 1_000, 100_000),
});

/** xorshift32: the numbers only have to differ. */
function numbers(seed: number): () => number {
  let state = (seed | 0) === 0 ? 1 : seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function benchOf({ stride, rows, masks, seed, density, k, margin }: Case): Bench {
  const next = numbers(seed);
  const words = alignUp(rows, 32) / 32;
  const scratch = scratchLayout(64, stride, stride, 64);
  const rowsAt = alignUp(scratch.state + scratch.bytes, 64);
  const exactAt = rowsAt + words * 32 * stride;
  const masksFrom = exactAt + words * 32 * stride * 4;
  const masksAt = Array.from({ length: masks }, (_, mask) => masksFrom + mask * words * 4);
  const memory = sharedMemory(masksFrom + masks * words * 4);
  const bytes = new Int8Array(memory.buffer);
  const ints = new Int32Array(memory.buffer);
  for (let at = rowsAt; at < exactAt; at++) bytes[at] = Math.floor(next() * 128);
  for (let at = 0; at < stride; at++) bytes[scratch.query + at] = Math.floor(next() * 255) - 127;
  const floats = new Float32Array(memory.buffer);
  for (let at = exactAt; at < masksFrom; at += 4) floats[at >> 2] = next() * 2 - 1;
  const doubles = new Float64Array(memory.buffer);
  for (let axis = 0; axis < stride; axis++) doubles[(scratch.exactQuery >> 3) + axis] = Math.fround(next() * 2 - 1);
  for (const at of masksAt) {
    for (let row = 0; row < rows; row++) {
      if (next() < density) ints[(at >> 2) + (row >>> 5)]! |= 1 << (row & 31);
    }
  }
  masksAt.forEach((at, mask) => {
    ints[(scratch.masks >> 2) + mask] = at;
  });
  // Three ranges that cut the words at odd places, one of them empty.
  const cut = Math.floor(words / 3);
  ints.set([0, cut, cut, cut, cut, words], scratch.ranges >> 2);
  const state = ints.subarray(scratch.state >> 2);
  state[STATE.rows] = rowsAt;
  state[STATE.stride] = stride;
  state[STATE.query] = scratch.query;
  state[STATE.bias] = -64 * bytes.subarray(scratch.query, scratch.query + stride).reduce((sum, byte) => sum + byte, 0);
  state[STATE.k] = k;
  state[STATE.margin] = margin;
  state[STATE.low] = -stride * 127 * 64;
  state[STATE.shift] = Math.ceil(Math.log2((stride * 127 * 128) / 1_024));
  state[STATE.edge] = state[STATE.low]!;
  state[STATE.threshold] = state[STATE.low]! - margin;
  state[STATE.histogram] = scratch.histogram;
  state[STATE.survivors] = scratch.survivors;
  state[STATE.survivorsMax] = SURVIVORS_MAX;
  state[STATE.rowBuffer] = scratch.rowBuffer;
  return { memory, scratch, rowsAt, exactAt, masksAt };
}

function survivors({ memory, scratch }: Bench): readonly number[] {
  const ints = new Int32Array(memory.buffer);
  return [
    ...ints.subarray(
      scratch.survivors >> 2,
      (scratch.survivors >> 2) + 2 * ints[(scratch.state >> 2) + STATE.survivorCount]!,
    ),
  ];
}

/** Everything a scan leaves behind, scan by scan. */
function scanned(
  given: Case,
  scan: "scanListed" | "scanDense",
  kernelsOf: (memory: WasmMemory) => Kernels,
  rowsMax: number,
) {
  const bench = benchOf(given);
  const { scratch, masksAt, exactAt } = bench;
  const kernels = kernelsOf(bench.memory);
  const statuses: number[] = [];
  const run = () => kernels[scan](scratch.state, scratch.ranges, 3, scratch.masks, masksAt.length, rowsMax);
  for (let calls = 0; calls < 1_000; calls++) {
    const status = run();
    statuses.push(status);
    if (status === SCAN_DONE) break;
  }
  const found = survivors(bench);
  kernels.rerank(scratch.survivors, found.length / 2, exactAt, given.stride * 4, scratch.exactQuery, scratch.scores);
  const floats = new Float32Array(bench.memory.buffer).subarray(scratch.scores >> 2);
  const exact = [...floats.subarray(0, found.length / 2)];
  kernels.rerankDistance(
    scratch.survivors,
    found.length / 2,
    exactAt,
    given.stride * 4,
    scratch.exactQuery,
    scratch.scores,
  );
  const distances = [...floats.subarray(0, found.length / 2)];
  kernels.keep(scratch.state);
  const state = new Int32Array(bench.memory.buffer).subarray(scratch.state >> 2, (scratch.state >> 2) + 24);
  return { statuses, found, exact, distances, kept: survivors(bench), state: [...state] };
}

test("the checked-in bytes are those of the text", async () => {
  const { parseWat } = await wabt();
  const made = kernelModuleText(
    readFileSync(new URL("kernels.wat", folder), "utf8"),
    (text) => parseWat("kernels.wat", text, { simd: true, threads: true, relaxed_simd: true }).toBinary({}).buffer,
  );
  expect(readFileSync(new URL("kernel-bytes.generated.ts", folder), "utf8")).toBe(made);
});

test.each(variants)("%s: a scan leaves what the twin leaves, whether listed or dense, paused or not", (variant) => {
  fc.assert(
    fc.property(
      cases,
      fc.constantFrom("scanListed" as const, "scanDense" as const),
      fc.constantFrom(50, 2 ** 30),
      (given, scan, rowsMax) => {
        expect(scanned(given, scan, (memory) => bindKernels(memory, variant), rowsMax)).toEqual(
          scanned(given, scan, twinKernels, rowsMax),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test.each(variants)(
  "%s: the survivors hold the best k of all rows in every bitmap, and no row outside them",
  (variant) => {
    fc.assert(
      fc.property(cases, (given) => {
        const bench = benchOf(given);
        const { memory, scratch, masksAt, rowsAt } = bench;
        const bytes = new Int8Array(memory.buffer);
        const ints = new Int32Array(memory.buffer);
        const wanted: [number, number][] = [];
        for (let row = 0; row < given.rows; row++) {
          if (!masksAt.every((at) => ((ints[(at >> 2) + (row >>> 5)]! >>> (row & 31)) & 1) === 1)) continue;
          let score = 0;
          for (let axis = 0; axis < given.stride; axis++)
            score += bytes[scratch.query + axis]! * (bytes[rowsAt + row * given.stride + axis]! - 64);
          wanted.push([row, score]);
        }
        const best = wanted.toSorted((left, right) => right[1] - left[1]).slice(0, given.k);
        const { found } = scanned(given, "scanListed", (at) => bindKernels(at, variant), 2 ** 30);
        const scoreOf = new Map(wanted);
        const pairs = Array.from({ length: found.length / 2 }, (_, place) => [
          found[2 * place]!,
          found[2 * place + 1]!,
        ]);
        for (const [row, score] of pairs) expect(score).toBe(scoreOf.get(row!));
        const rows = new Set(pairs.map(([row]) => row));
        const least = best.at(-1)?.[1] ?? 0;
        for (const [row, score] of wanted) if (score >= least - given.margin) expect(rows).toContain(row);
        const kernels = bindKernels(memory, variant);
        expect(kernels.count(scratch.masks, masksAt.length, 0, Math.ceil(given.rows / 32))).toBe(wanted.length);
      }),
      { numRuns: 60 },
    );
  },
);

test.each(variants)("%s: scores of all rows and the nearest lists are the twin's", (variant) => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 40 }), (given, lists) => {
      const results = [(memory: WasmMemory) => bindKernels(memory, variant), twinKernels].map((kernelsOf) => {
        const { memory, scratch, rowsAt } = benchOf(given);
        const kernels = kernelsOf(memory);
        const count = alignUp(given.rows, 4);
        const ints = new Int32Array(memory.buffer);
        kernels.scoreAll(rowsAt, given.stride, scratch.query, 17, count, scratch.scores);
        const scores = [...ints.subarray(scratch.scores >> 2, (scratch.scores >> 2) + count)];
        // Rows serve as centers: bytes of 0..127 are valid queries too. Equal biases make ties likely.
        ints.fill(-5, scratch.ranges >> 2, (scratch.ranges >> 2) + lists);
        kernels.assign(rowsAt, given.stride, count, rowsAt, scratch.ranges, lists, scratch.scores);
        return { scores, lists: [...ints.subarray(scratch.scores >> 2, (scratch.scores >> 2) + count)] };
      });
      expect(results[0]).toEqual(results[1]);
    }),
    { numRuns: 40 },
  );
});

test.each(variants)("%s: bytes at the ends of their ranges do not saturate", (variant) => {
  const bench = benchOf({ stride: 64, rows: 32, masks: 1, seed: 1, density: 1, k: 1, margin: 0 });
  const bytes = new Int8Array(bench.memory.buffer);
  for (const side of [127, -127]) {
    bytes.fill(127, bench.rowsAt, bench.rowsAt + 64 * 32);
    bytes.fill(side, bench.scratch.query, bench.scratch.query + 64);
    bindKernels(bench.memory, variant).scoreAll(bench.rowsAt, 64, bench.scratch.query, 0, 4, bench.scratch.scores);
    const ints = new Int32Array(bench.memory.buffer);
    expect(ints[bench.scratch.scores >> 2]).toBe(64 * 127 * side);
  }
});

test.each(variants)("%s: more survivors than fit stop the scan, and it goes on behind them", (variant) => {
  const given = { stride: 16, rows: 40_000, masks: 1, seed: 7, density: 1, k: 1, margin: 2 ** 29 };
  for (const scan of ["scanListed", "scanDense"] as const) {
    const { memory, scratch } = benchOf(given);
    const kernels = bindKernels(memory, variant);
    const state = new Int32Array(memory.buffer).subarray(scratch.state >> 2);
    const rows: number[] = [];
    let stops = 0;
    for (let status = SCAN_FULL as number; status !== SCAN_DONE; stops++) {
      status = kernels[scan](scratch.state, scratch.ranges, 3, scratch.masks, 1, 2 ** 30);
      const found = new Int32Array(memory.buffer, scratch.survivors, 2 * state[STATE.survivorCount]!);
      rows.push(...found.filter((_, place) => place % 2 === 0));
      state[STATE.survivorCount] = 0;
      if (stops > 10) throw new Error("the scan does not end");
    }
    expect(stops).toBeGreaterThan(2);
    expect(rows).toEqual(Array.from({ length: 40_000 }, (_, row) => row));
  }
});
