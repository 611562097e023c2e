/**
 * Measures a whole base in inverted lists: documents of the generated marketplace, again and again under ids of their own, with
 * clustered vectors of 64 dimensions. Bytes per part, the build, and the load of its file while the system still holds it in memory.
 * Records of documents go to a store of another process and are not part of it.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-base.ts [ads]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AdDocument, adId } from "@tenon/ads-model";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import type { Section } from "../src/files/index.ts";
import { MemoryRecords } from "../src/forward/records/index.ts";
import { buildBase, openBase, writeBase } from "../src/index.ts";
import { SEGMENT_FILE } from "../src/segments/base-files.ts";
import { storedBase } from "../src/segments/stored-base.ts";
import { randomOf } from "../src/vectors/segment/k-means.ts";

const ADS = Number(process.argv[2] ?? 100_000);
const DIMENSIONS = 64;
const SEED = 7;
/** Parts of a base by the first word of their sections. */
const PARTS = ["targeting", "schedules", "states", "keywords", "forward", "vectors", "rows"];
/** Of the clusters that vectors lie around. */
const CLUSTERS = 800;
const LOADS = 3;

function clusteredRows(): Float32Array {
  const next = randomOf(SEED);
  const centers = Float32Array.from({ length: CLUSTERS * DIMENSIONS }, () => next() - 0.5);
  const rows = new Float32Array(ADS * DIMENSIONS);
  for (let row = 0; row < ADS; row++) {
    const center = Math.floor(next() * CLUSTERS) * DIMENSIONS;
    for (let axis = 0; axis < DIMENSIONS; axis++)
      rows[row * DIMENSIONS + axis] = (centers[center + axis] as number) + 0.2 * (next() - 0.5);
  }
  return rows;
}

const { documents: samples } = generateMarketplace(await loadCatalogue(), { seed: SEED });
const documents = Array.from({ length: ADS }, (_, row): AdDocument => {
  const sample = samples[row % samples.length] as AdDocument;
  return { ...sample, adId: adId(row + 1), version: 1, embedding: { version: "bench", row } };
});
const embeddings = { version: "bench", dimensions: DIMENSIONS, rows: clusteredRows() };

const bytesOf = (section: Section) => (typeof section === "string" ? Buffer.byteLength(section) : section.byteLength);
const figures: [string, number][] = [["ads", ADS]];

const started = process.cpuUsage();
const base = buildBase(documents, { embeddings, vectors: "lists" });
figures.push(["buildCpuMs", cpuMsSince(started)]);
const { sections } = storedBase(base);
for (const part of PARTS) {
  const own = Object.entries(sections).filter(([name]) => name.startsWith(`${part}.`));
  figures.push([`${part}BytesPerAd`, own.reduce((sum, [, section]) => sum + bytesOf(section), 0) / ADS]);
}

const folder = mkdtempSync(join(tmpdir(), "tenon-measure-base-"));
try {
  await writeBase(base, folder, () => new MemoryRecords());
  figures.push(["fileBytesPerAd", statSync(join(folder, SEGMENT_FILE)).size / ADS]);
  let [wall, cpu] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let held = 0;
  for (let load = 0; load < LOADS; load++) {
    const before = process.memoryUsage();
    const [from, fromCpu] = [performance.now(), process.cpuUsage()];
    // Costs are given: measuring them takes 0.2 s at any size.
    const loaded = await openBase(folder, () => new MemoryRecords(), { search: { costs: undefined } });
    wall = Math.min(wall, performance.now() - from);
    cpu = Math.min(cpu, cpuMsSince(fromCpu));
    const after = process.memoryUsage();
    if (load === 0) held = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    await loaded.close();
  }
  figures.push(["loadMs", wall], ["loadCpuMs", cpu], ["loadedBytesPerAd", held / ADS]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function cpuMsSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}

for (const [name, value] of figures) process.stdout.write(`${name.padEnd(26)} ${value.toFixed(1)}\n`);
