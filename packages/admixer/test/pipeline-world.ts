/** What the pipeline leaves for a serving host, made by hand: deltas and control messages in a log, bases in a store. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildBase, openIndex, writeBase } from "@tenon/ad-index";
import { LmdbRecords } from "@tenon/ad-index/lmdb";
import { openObjectStore, publishBase, statisticsOf } from "@tenon/ad-index/publish";
import { type AdDocument, type AdSignals, adId } from "@tenon/ads-model";
import { type EventLog, partitionOf } from "@tenon/event-log/api";
import { SimulatedCluster, type SimulatedFaults, VirtualClock } from "@tenon/event-log/simulation";
import { EMBEDDING_DIMENSIONS, generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { IndexDeltas, ServingControl } from "@tenon/nodes";
import { IndexFeed, type IndexFeedParts } from "../src/index-feed/index-feed.ts";
import { BudgetTable } from "../src/resources/budget-table.ts";
import { scratchFolder } from "./scratch-folder.ts";

export const START_MS = 1_700_000_000_000;
const SEED = 7;
const ADS = 40;
/** Turns of the event loop after which something that was waited for will not come. */
const TURNS_MAX = 200_000;

const catalogue = loadCatalogue();
export const SPACE = catalogue.version;
const generated = generateMarketplace(catalogue, { seed: SEED, adsMax: ADS, nowMs: START_MS });
/** Ads of the generated marketplace, at version 1. */
export const ADS_AT_FIRST: readonly AdDocument[] = generated.documents.map((document) => ({ ...document, version: 1 }));

export function vectorOf({ embedding }: AdDocument): number[] {
  const start = embedding.row * EMBEDDING_DIMENSIONS;
  return Array.from(generated.embeddings.subarray(start, start + EMBEDDING_DIMENSIONS));
}

const SIGNALS: AdSignals = {
  advertiser: { tier: "self-serve", country: null, registeredAtMs: 0 },
  limits: { bidCeilingMicros: null, spendDailyMaxMicros: null },
  reach: { countries: [], countriesExcluded: [], isWorldwide: true, conjunctions: 1, predicates: 0, values: 0 },
  text: {
    ...{ landingDomain: "example.com", titleCharacters: 1, titleWords: 1, bodyCharacters: 0, bodyWords: 0 },
    ...{ hasPrice: false, hasDiscount: false },
  },
  ...{ image: null, annotations: null, performance: null },
  interests: { interests: [], topInterest: null },
  landing: { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null },
} as AdSignals;

type DeltaValue = Parameters<typeof IndexDeltas.encode>[0];
type ControlValue = Parameters<typeof ServingControl.encode>[0];

export function upsert(ad: AdDocument, sourceAtMs = ad.updatedAtMs): DeltaValue {
  return { kind: "upsert", document: { ad, signals: SIGNALS }, vector: vectorOf(ad), sourceAtMs };
}

export function removal(ad: AdDocument, version: number, sourceAtMs = START_MS): DeltaValue {
  return { kind: "delete", adId: ad.adId, version, sourceAtMs };
}

export function revised(ad: AdDocument, version: number, changes: Partial<AdDocument> = {}): AdDocument {
  return { ...ad, ...changes, version, updatedAtMs: START_MS + version };
}

export class PipelineWorld {
  readonly clock = new VirtualClock(START_MS);
  readonly cluster: SimulatedCluster;
  readonly writer: EventLog;
  readonly folder: string;
  readonly troubles: string[] = [];
  readonly #remove: () => void;
  readonly #feeds: IndexFeed[] = [];

  constructor(faults: Partial<SimulatedFaults> = {}, seed = SEED) {
    this.cluster = new SimulatedCluster({ seed, clock: this.clock, faults });
    this.writer = this.cluster.open();
    const scratch = scratchFolder();
    this.folder = scratch.folder;
    this.#remove = scratch.remove;
  }

  static async begin(faults?: Partial<SimulatedFaults>, seed?: number): Promise<PipelineWorld> {
    const world = new PipelineWorld(faults, seed);
    await world.writer.createTopics([IndexDeltas, ServingControl]);
    return world;
  }

  get storeUrl(): string {
    return pathToFileURL(join(this.folder, "store")).href;
  }

  get store() {
    return openObjectStore(this.storeUrl, {});
  }

  /** Appends deltas in one call. @returns the offset of the first */
  async deltas(...values: readonly DeltaValue[]): Promise<number> {
    const records = values.map((value) =>
      IndexDeltas.record({ key: String(keyOf(value)), timeMs: value.sourceAtMs, value }),
    );
    const [first] = await this.until(this.writer.append(records));
    return first?.offset ?? -1;
  }

  async controls(...values: readonly ControlValue[]): Promise<void> {
    const records = values.map((value) =>
      ServingControl.record({ key: String(value.campaignId), timeMs: value.changedAtMs, value }),
    );
    await this.until(this.writer.append(records));
  }

  /** A record that is none of the topic's. */
  async garbage(topic: typeof IndexDeltas | typeof ServingControl, key: string, text: string): Promise<void> {
    const partition = partitionOf(key, topic.partitions);
    const value = Buffer.from(text);
    await this.until(this.writer.append([{ topic: topic.name, partition, key, timeMs: START_MS, headers: {}, value }]));
  }

  /** Builds and publishes a base of these ads, as a builder would. */
  async publish(name: string, ads: readonly AdDocument[], watermark: number, embeddingVersion = SPACE): Promise<void> {
    const own = join(this.folder, "builds", name);
    const embeddings = { version: embeddingVersion, dimensions: EMBEDDING_DIMENSIONS, rows: generated.embeddings };
    const documents = ads.map((ad) => ({ ...ad, embedding: { ...ad.embedding, version: embeddingVersion } }));
    const base = buildBase(documents, { embeddings, name, watermark, vectors: "lists" });
    await writeBase(base, own, (options) => new LmdbRecords(options));
    const files = (await readdir(own)).filter((file) => file !== "lock.mdb");
    await publishBase(
      this.store,
      {
        ...{ name, builtAtMs: this.clock.nowMs(), embeddingVersion, schemaFingerprint: "test" },
        watermark: { position: String(watermark), feed: `index-deltas/0@${watermark}` },
        statistics: statisticsOf(documents, () => true),
        files: files.map((file) => ({ name: file, path: join(own, file) })),
      },
      { gates: [] },
    );
  }

  feed(options: Partial<IndexFeedParts> = {}): IndexFeed & { readonly budgets: BudgetTable } {
    const budgets = new BudgetTable([], this.clock.nowMs);
    const rows = new Float32Array(0);
    const empty = { embeddings: { version: SPACE, dimensions: EMBEDDING_DIMENSIONS, rows }, name: "empty" };
    const feed = new IndexFeed({
      ...{ index: openIndex(buildBase([], empty)), budgets, clock: this.clock, log: this.cluster.open() },
      ...{ embeddingVersion: SPACE, shard: 0, store: this.store, pollMs: 1_000, withoutBase: "wait" },
      cacheFolder: join(this.folder, `cache-${this.#feeds.length}`),
      onBase: () => undefined,
      onTrouble: (message, error) => this.troubles.push(`${message}: ${(error as Error | undefined)?.message}`),
      ...options,
    });
    this.#feeds.push(feed);
    return Object.assign(feed, { budgets });
  }

  async started(options: Partial<IndexFeedParts> = {}): Promise<ReturnType<PipelineWorld["feed"]>> {
    const feed = this.feed(options);
    await this.until(feed.start());
    return feed;
  }

  /** What a promise settles with, while virtual time passes. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    promise.then(end, end);
    await this.pass(() => settled);
    return promise;
  }

  /** Lets virtual time pass until something is so. */
  async pass(isSo: () => boolean, what: () => unknown = isSo): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX && !isSo(); turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turn % 16 === 15) await this.clock.runFor(1);
    }
    if (!isSo()) throw new Error(`it never comes to be: ${String(what())}`);
  }

  /** Until everything that is in the log was taken. */
  async caughtUp({ deltas, control }: IndexFeed): Promise<void> {
    for (const { follower } of [deltas, control]) {
      const [offsets] = await this.writer.offsets(follower.at.topic);
      await this.pass(
        () => follower.nextOffset >= (offsets?.end ?? 0),
        () => JSON.stringify([follower.at, follower.nextOffset, offsets, String(follower.problem)]),
      );
    }
  }

  async end(): Promise<void> {
    for (const feed of this.#feeds) await this.until(feed.stop());
    this.#remove();
  }
}

function keyOf(value: DeltaValue): number {
  return value.kind === "delete" ? value.adId : value.document.ad.adId;
}

/** The newest version of every ad, deletions applied: what an index should hold, worked out without one. */
export function fold(ads: readonly AdDocument[], deltas: readonly DeltaValue[]): readonly AdDocument[] {
  const newest = new Map<number, { version: number; ad: AdDocument | undefined }>(
    ads.map((ad) => [ad.adId, { version: ad.version, ad }]),
  );
  for (const delta of deltas) {
    const id = keyOf(delta);
    const ad = delta.kind === "upsert" ? delta.document.ad : undefined;
    const version = delta.kind === "upsert" ? delta.document.ad.version : delta.version;
    if (version > (newest.get(id)?.version ?? 0)) newest.set(id, { version, ad });
  }
  return [...newest.values()].flatMap(({ ad }) => (ad === undefined ? [] : [ad]));
}

export const idOf = (id: number) => adId(id);
