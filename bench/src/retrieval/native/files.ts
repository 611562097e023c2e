/** What native peers read: vectors and queries of a set, and the two bitmaps of every query at a point. Little-endian. */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ALL, bitmapOf } from "../data/filters.ts";
import type { VectorSet } from "../data/vector-set.ts";
import type { Ask, Point } from "../data/workload.ts";

const PURPOSES = ["tuning", "reporting"] as const;
/** Bitmaps end on a whole word of 64 bits, which both peers read. */
const WORD_BITS = 64;

/** Writes `vectors.f32` and the queries of both purposes. The queries are the same at every point. */
export function writeSet(folder: string, set: VectorSet, point: Point): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "vectors.f32"), set.vectors);
  for (const purpose of PURPOSES) {
    const queries = new Float32Array(point[purpose].length * set.dimensions);
    for (const [at, { query }] of point[purpose].entries()) queries.set(query, at * set.dimensions);
    writeFileSync(join(folder, `${purpose}.f32`), queries);
  }
}

/** Writes the filters of a point and returns its folder; `"none"` where every ad passes. */
export function writePoint(folder: string, set: VectorSet, point: Point): string {
  if (point.reporting.every(({ filter }) => filter === ALL)) return "none";
  const into = join(folder, "point");
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  for (const purpose of PURPOSES) writeFilters(join(into, `${purpose}.bits`), set, point[purpose]);
  return into;
}

function writeFilters(path: string, set: VectorSet, asks: readonly Ask[]): void {
  const file = openSync(path, "w");
  const words = new Int32Array(2 * Math.ceil(set.count / WORD_BITS));
  for (const { filter } of asks)
    for (const predicate of filter) {
      words.set(bitmapOf(predicate, set));
      writeSync(file, words);
    }
  closeSync(file);
}
