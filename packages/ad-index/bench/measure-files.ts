/**
 * Measures writing and reading an index file as large as a segment of 500,000 ads with 64 dimensions: int8 and float32 rows,
 * bitmaps, 70 bytes of columns an ad. CPU time, because the disk is shared; reads come from the page cache.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-files.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSections, type Sections, writeSections } from "../src/files/index.ts";

const ADS = 500_000;
const folder = mkdtempSync(join(tmpdir(), "tenon-files-"));
const path = join(folder, "a.segment");
const random = (length: number) => Uint8Array.from({ length }, (_, at) => (Math.imul(at, 0x9e37_79b1) >>> 13) & 255);
const sections: Sections = {
  "vectors.int8": new Int8Array(random(ADS * 64).buffer),
  "vectors.f32": new Float32Array(ADS * 64).map((_, at) => Math.fround(Math.sin(at))),
  "targeting.rows": new Int32Array(random(ADS * 8).buffer),
  "forward.f64": new Float64Array(random(ADS * 16).buffer),
  "forward.i32": new Int32Array(random(ADS * 40).buffer),
  "forward.u8": random(ADS * 16),
};

async function measured(name: string, bytes: number, work: () => Promise<unknown>): Promise<void> {
  const runs: { readonly wall: number; readonly cpu: number }[] = [];
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(cpu);
    runs.push({ wall: performance.now() - start, cpu: (user + system) / 1_000 });
  }
  const least = (of: "wall" | "cpu") => Math.min(...runs.map((run) => run[of]));
  const rate = (ms: number) => `${ms.toFixed(0)} ms = ${(bytes / ms / 1_000).toFixed(0)} MB/s`;
  process.stdout.write(
    `${name}, ${(bytes / 1e6).toFixed(0)} MB: wall ${rate(least("wall"))}, CPU ${rate(least("cpu"))}\n`,
  );
}

const { bytes } = await writeSections(path, { kind: "measured", sections });
await measured("write, synced", bytes, () => writeSections(path, { kind: "measured", sections }));
await measured("read and checked", bytes, () => readSections(path, { kind: "measured" }));
await measured("read and checked, shared memory", bytes, () => readSections(path, { kind: "measured", shared: true }));
rmSync(folder, { recursive: true });
