/**
 * How long a host takes to start from a published base of the whole marketplace that is in its cache already, by part, and how
 * long swapping in another one, and taking deltas, hold the thread. Prints milliseconds.
 *
 * node --conditions=@tenon/source packages/admixer/scripts/measure-pipeline-start.ts [starts]
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { buildBase, writeBase } from "@tenon/ad-index";
import { LmdbRecords } from "@tenon/ad-index/lmdb";
import { openObjectStore, publishBase, statisticsOf } from "@tenon/ad-index/publish";
import { SimulatedCluster } from "@tenon/event-log/simulation";
import { systemClock } from "@tenon/graph-core";
import { EMBEDDING_DIMENSIONS, generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { IndexDeltas, ServingControl } from "@tenon/nodes";
import { readConfig, startAdMixer } from "../src/index.ts";

const starts = Number(process.argv[2] ?? 3);
const DELTAS = 5_000;
const folder = await mkdtemp(join(tmpdir(), "tenon-start-"));
const storeUrl = pathToFileURL(join(folder, "store")).href;
const catalogue = loadCatalogue();
const { documents, embeddings } = generateMarketplace(catalogue, { seed: 1, nowMs: Date.now() });
const matrix = { version: catalogue.version, dimensions: EMBEDDING_DIMENSIONS, rows: embeddings };

async function publish(name: string): Promise<void> {
  const own = join(folder, name);
  await writeBase(
    buildBase(documents, { embeddings: matrix, name, watermark: 0, vectors: "lists" }),
    own,
    (options) => new LmdbRecords(options),
  );
  const files = (await readdir(own)).filter((file) => file !== "lock.mdb");
  const build = {
    ...{ name, builtAtMs: Date.now(), embeddingVersion: catalogue.version, schemaFingerprint: "measured" },
    watermark: { position: "0", feed: "index-deltas/0@0" },
    statistics: statisticsOf(documents, () => true),
    files: files.map((file) => ({ name: file, path: join(own, file) })),
  };
  await publishBase(openObjectStore(storeUrl, {}), build, { gates: [] });
}

const rounded = (parts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(parts).map(([name, ms]) => [name, Math.round(ms)]));

const cluster = new SimulatedCluster({ seed: 1, clock: systemClock });
const writer = cluster.open();
await writer.createTopics([IndexDeltas, ServingControl]);
await publish("b1");
const config = readConfig({
  folder,
  environment: { TENON_INDEX_LOG: "postgres://not-used" },
  flags: { adSource: "pipeline", indexStore: storeUrl, dataFolder: join(folder, "data"), port: 0 },
});
try {
  for (let start = 0; start <= starts; start++) {
    const before = process.cpuUsage();
    const running = await startAdMixer(config, { log: cluster.open() });
    const { user, system } = process.cpuUsage(before);
    console.log(
      start === 0 ? "first, into an empty cache" : `start ${start}`,
      rounded(running.startMs),
      "cpu",
      Math.round((user + system) / 1_000),
    );
    if (start === starts) await measureUnderWay(running.host.feed as NonNullable<typeof running.host.feed>);
    await running.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureUnderWay(
  feed: NonNullable<Awaited<ReturnType<typeof startAdMixer>>["host"]["feed"]>,
): Promise<void> {
  await publish("b2");
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  await feed.bases.look();
  held.disable();
  console.log(
    "swap",
    rounded(feed.bases.timings),
    "longest hold",
    Math.round(held.max / 1e6),
    "p99",
    Math.round(held.percentile(99) / 1e6),
  );
  const ads = documents.slice(0, DELTAS);
  const signals = {
    advertiser: { tier: "self-serve", country: null, registeredAtMs: 0 },
    limits: { bidCeilingMicros: null, spendDailyMaxMicros: null },
    reach: { countries: [], countriesExcluded: [], isWorldwide: true, conjunctions: 1, predicates: 0, values: 0 },
    text: {
      landingDomain: "example.com",
      titleCharacters: 1,
      titleWords: 1,
      bodyCharacters: 0,
      bodyWords: 0,
      hasPrice: false,
      hasDiscount: false,
    },
    ...{ image: null, annotations: null, performance: null },
    interests: { interests: [], topInterest: null },
    landing: { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null },
  } as const;
  const records = ads.map((ad) => {
    const vector = Array.from(
      embeddings.subarray(ad.embedding.row * EMBEDDING_DIMENSIONS, (ad.embedding.row + 1) * EMBEDDING_DIMENSIONS),
    );
    const document = { ad: { ...ad, version: ad.version + 1 }, signals };
    return IndexDeltas.record({
      key: String(ad.adId),
      timeMs: 1,
      value: { kind: "upsert", document, vector, sourceAtMs: Date.now() } as never,
    });
  });
  for (let from = 0; from < records.length; from += 1_000) await writer.append(records.slice(from, from + 1_000));
  const applying = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  applying.enable();
  while (feed.deltas.follower.nextOffset < DELTAS) await new Promise((resolve) => setImmediate(resolve));
  applying.disable();
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${DELTAS} deltas`,
    "cpu",
    Math.round((user + system) / 1_000),
    "longest hold",
    Math.round(applying.max / 1e6),
    "p99",
    Math.round(applying.percentile(99) / 1e6),
    feed.index.status().segments,
    "segments",
  );
}
