/**
 * Measures reading 500 documents at once: lmdb, the heap, and for comparison a dozen columns of the same ads. Real brands,
 * random ads per read, stores interleaved. Also writes. p10 is the figure that other work on the machine moves least.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-records.ts [reads]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IdColumn } from "@tenon/graph-core";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { LmdbRecords } from "../src/forward/lmdb/index.ts";
import { MemoryRecords, type RecordKey } from "../src/forward/records/index.ts";
import { buildExactIndex } from "../src/index.ts";

const READS = Number(process.argv[2] ?? 300);
const DOCUMENTS = 500;
const COLUMNS = [
  ...(["campaignId", "adGroupId", "advertiserId", "bidPays", "bidMicros", "cpmMicros"] as const),
  ...(["floorMicros", "pacing", "qualityScore", "popularity", "category", "campaignCapPer7Days"] as const),
];

const { documents, embeddings } = generateMarketplace(await loadCatalogue(), { seed: 7 });
const version = documents[0]?.embedding.version ?? "";
const snapshot = buildExactIndex(documents, { embeddings: { version, dimensions: 32, rows: embeddings } }).current();
const folder = mkdtempSync(join(tmpdir(), "tenon-records-"));
const lmdb = new LmdbRecords({ folder });
const memory = new MemoryRecords();

const startMs = performance.now();
const startCpu = process.cpuUsage();
for (let at = 0; at < documents.length; at += DOCUMENTS) await lmdb.put(documents.slice(at, at + DOCUMENTS));
const writeMs = performance.now() - startMs;
const writeCpu = process.cpuUsage(startCpu);
for (let at = 0; at < documents.length; at += DOCUMENTS) await memory.put(documents.slice(at, at + DOCUMENTS));

let state = 1;
function keys(): readonly RecordKey[] {
  return Array.from({ length: DOCUMENTS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const { adId, version } = documents[state % documents.length] as (typeof documents)[number];
    return { adId, version };
  });
}

const times: Record<string, number[]> = { lmdb: [], memory: [], "12 columns": [] };
async function timed(name: string, read: (keys: readonly RecordKey[]) => unknown): Promise<void> {
  const wanted = keys();
  const start = performance.now();
  await read(wanted);
  times[name]?.push(performance.now() - start);
}
for (let read = 0; read < READS; read++) {
  await timed("lmdb", (wanted) => lmdb.get(wanted));
  await timed("memory", (wanted) => memory.get(wanted));
  await timed("12 columns", (wanted) =>
    snapshot.forwardColumns({ ids: IdColumn.from(wanted.map(({ adId }) => adId)), columns: COLUMNS }),
  );
}
await lmdb.close();
rmSync(folder, { recursive: true });

const share = (values: number[], at: number) =>
  values.sort((one, other) => one - other)[Math.floor(values.length * at)] ?? 0;
const us = (ms: number) => `${(ms * 1_000).toFixed(0)} us`;
const lines = [
  `${documents.length} documents to lmdb in batches of ${DOCUMENTS}, each flushed: ${(documents.length / writeMs).toFixed(1)} per ms, ${((writeCpu.user + writeCpu.system) / documents.length).toFixed(1)} us of CPU each`,
  ...Object.entries(times).map(
    ([name, values]) => `${DOCUMENTS} at once, ${name}: p10 ${us(share(values, 0.1))}, p50 ${us(share(values, 0.5))}`,
  ),
];
process.stdout.write(`${lines.join("\n")}\n`);
