/** Advertisers, the pipeline's processes and an ad server, all real; and what must be served, from an oracle of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type RunningAdMixer, readConfig, startAdMixer } from "@tenon/admixer";
import {
  advertiserDay,
  applyEdit,
  createChangeLog,
  dropChangeLog,
  type Edit,
  loadMarketplace,
  marketplaceSignals,
  migrateAdsDatabase,
  type NewAd,
  newAdSignals,
} from "@tenon/ads-database";
import { SeededRandom } from "@tenon/event-log/simulation";
import { F32Column, IdColumn, type U8Column } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { EMBEDDING_DIMENSIONS, generateMarketplace, loadCatalogue, type Marketplace } from "@tenon/marketplace";
import { AdDocumentRow, ContentSignals } from "@tenon/nodes";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { read } from "@tenon/storage-repo/api";
import { GATEWAY_TASKS } from "../src/host/gateway-role.ts";
import { UPDATER_TASKS } from "../src/host/updater-role.ts";
import {
  ARGUS_CONSUMER,
  firstLoad,
  type IndexerStores,
  indexerSettings,
  openStores,
  type PipelineLook,
  untilQuiet,
} from "../src/index.ts";
import { lookAtDocument, whyOf } from "../src/operate/index.ts";
import { PATIENCE, PipelineProcesses } from "./pipeline-processes.ts";
import { type ContentSignal, documentsOfSource, keyOfSignal, NewestSignals } from "./source-facts.ts";

const QUIET_MS_MAX = PATIENCE * 60_000;
const LOOK_MS = 20;
/** Edits between two changes of a signal, and the pause after each edit, ms. */
const EDITS_PER_SIGNAL = 3;
const EDIT_PAUSE_MS = 15;
const RECORDS_PER_READ = 200;

export interface WorldOptions {
  readonly seed: number;
  readonly ads: number;
  readonly kafkaBrokers?: readonly string[];
  /** Of a base build. */
  readonly adsPerPart?: number;
  /** Makes the databases of repository and advertisers. Default: on the server that all tests share. */
  readonly newDatabase?: () => Promise<TestDatabase>;
  /** Of the change log; a server has each once. Default: one of this test's own. */
  readonly slot?: string;
}

export class KillWorld {
  readonly marketplace: Marketplace;
  readonly stores: IndexerStores;
  readonly processes: PipelineProcesses;
  readonly signals = new NewestSignals();
  /** Edits that changed a row. */
  edits = 0;
  readonly deleted = new Set<number>();
  readonly created = new Set<number>();
  readonly #seed: number;
  readonly #folder: string;
  readonly #source: TestDatabase;
  readonly #repository: TestDatabase;
  readonly #day: Generator<Edit, void>;
  readonly #random: SeededRandom;
  readonly #campaignOf = new Map<number, number>();
  #version = 1;
  #servers = 0;
  #playing: Promise<void> | undefined;
  #isPlaying = false;

  private constructor(
    { seed }: WorldOptions,
    parts: {
      readonly marketplace: Marketplace;
      readonly stores: IndexerStores;
      readonly folder: string;
      readonly source: TestDatabase;
      readonly repository: TestDatabase;
    },
  ) {
    this.#seed = seed;
    this.marketplace = parts.marketplace;
    this.stores = parts.stores;
    this.#folder = parts.folder;
    this.#source = parts.source;
    this.#repository = parts.repository;
    const { owner: _, ...shared } = parts.stores.settings;
    this.processes = new PipelineProcesses(shared);
    // More than are played: a day is drawn edit by edit.
    this.#day = advertiserDay({ seed, marketplace: this.marketplace, edits: 20_000 });
    this.#random = new SeededRandom(seed);
    for (const { adGroupId, campaignId } of this.marketplace.adGroups) this.#campaignOf.set(adGroupId, campaignId);
  }

  /** A filled repository; nothing runs yet. */
  static async begin(options: WorldOptions): Promise<KillWorld> {
    const { seed, ads, kafkaBrokers = [], adsPerPart = 5_000, newDatabase = testDatabase } = options;
    const folder = await mkdtemp(join(tmpdir(), "tenon-pipeline-"));
    const [repository, source] = [await newDatabase(), await newDatabase()];
    const slot = options.slot ?? `kill_${process.pid}_${Date.now()}`;
    const settings = indexerSettings({
      ...{
        databaseUrl: repository.url,
        adsDatabaseUrl: source.url,
        kafkaBrokers: [...kafkaBrokers],
        owner: "world",
        slot,
      },
      ...{ objectStoreUrl: `file://${join(folder, "bases")}`, workFolder: join(folder, "work"), checkedShare: 0.05 },
      ...{ baseBuildSchedule: null, buildThreads: 1, adsPerPart },
    });
    const marketplace = generateMarketplace(loadCatalogue(), { seed, adsMax: ads });
    await migrateAdsDatabase(source.database);
    await loadMarketplace(source.database, marketplace, { seed });
    const stores = await openStores(settings, {});
    const world = new KillWorld(options, { marketplace, stores, folder, source, repository });
    await createChangeLog({ url: source.url, slot });
    const signals = [...marketplaceSignals(marketplace, { seed })] as unknown as readonly ContentSignal[];
    for (const signal of signals) world.signals.add(signal);
    const { cursor } = await firstLoad({
      ...{ adsDatabase: source.database, database: repository.database, repo: stores.repo, signals },
      ...{ handlers: ARGUS_HANDLERS, argus: { landingPages: { serviceUrl: null } } },
    });
    await stores.cursors.begin(ARGUS_CONSUMER, cursor);
    return world;
  }

  async end(): Promise<void> {
    this.#isPlaying = false;
    await this.#playing?.catch(() => undefined);
    await this.processes.stopAll();
    const { slot } = this.stores.settings;
    await this.stores.close();
    await dropChangeLog({ url: this.#source.url, slot });
    await Promise.all([this.#repository.drop(), this.#source.drop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Advertisers and other systems go on with their day until `rest`. */
  play(): void {
    this.#isPlaying = true;
    this.#playing = (async () => {
      while (this.#isPlaying) {
        await this.edit();
        await pause(EDIT_PAUSE_MS);
      }
    })();
  }

  async rest(): Promise<void> {
    this.#isPlaying = false;
    await this.#playing;
  }

  /** The next edit of the day, and what others find out. */
  async edit(): Promise<void> {
    const { value: edit } = this.#day.next();
    if (edit === undefined) throw new Error("the day is over");
    const touched = await this.#source.database.transaction((tx) => applyEdit(tx, edit), { attemptsMax: 5 });
    if (touched > 0) this.edits++;
    if (edit.change.kind === "deleteAd") this.deleted.add(edit.change.adId);
    const signals = this.#signalsAfter(edit);
    if (this.edits % EDITS_PER_SIGNAL === 0) signals.push(this.#changedSignal());
    if (signals.length === 0) return;
    for (const signal of signals) this.signals.add(signal);
    const records = signals.map((value) =>
      ContentSignals.record({ key: keyOfSignal(value), timeMs: value.observedAtMs, value }),
    );
    await this.stores.log.append(records);
  }

  /** What is found out about ads that were created: one in four stays without, and is never whole. */
  #signalsAfter({ change }: Edit): ContentSignal[] {
    if (change.kind === "createAdGroup") this.#campaignOf.set(change.adGroup.adGroupId, change.adGroup.campaignId);
    const created: readonly NewAd[] = change.kind === "createAds" || change.kind === "createAdGroup" ? change.ads : [];
    for (const { ad } of created) this.created.add(ad.adId);
    return created.flatMap((ad) => {
      const campaignId = this.#campaignOf.get(ad.ad.adGroupId);
      const like = this.marketplace.documents.find((each) => each.campaignId === campaignId);
      if (like === undefined || this.#random.chance(0.25)) return [];
      const observed = { like, seed: this.#seed, observedAtMs: Date.now(), version: ++this.#version };
      return [...newAdSignals(this.marketplace, ad, observed)] as unknown as ContentSignal[];
    });
  }

  /** Of some ad of the beginning: another vector, other counts or another popularity. One in ten comes late. */
  #changedSignal(): ContentSignal {
    const { documents } = this.marketplace;
    const ad = documents[this.#random.upTo(documents.length - 1)] as (typeof documents)[number];
    const version = this.#random.chance(0.1) ? Math.max(2, this.#version - 3) : ++this.#version;
    // A time of its own for each version: of two signals of one version both would be right.
    const facts = { version, observedAtMs: 1_700_000_000_000 + version };
    const kind = version % 3;
    if (kind === 0) return { kind: "brand", advertiserId: ad.advertiserId, ...facts, popularity: (version % 97) / 97 };
    if (kind === 1) {
      const vector = unitVector(version);
      return { kind: "embedding", creativeId: ad.creativeId, ...facts, space: ad.embedding.version, vector };
    }
    const counts = {
      impressions7d: version,
      clicks7d: 1,
      impressions30d: 4 * version,
      clicks30d: 4,
      conversions30d: 1,
    };
    const quality = { hides30d: version % 5, spend7dMicros: version as never, reviewScore: (version % 89) / 89 };
    return { kind: "performance", adId: ad.adId, ...facts, ...counts, ...quality };
  }

  /** Resolves when all that was done so far is published. */
  quiet(): Promise<PipelineLook> {
    return untilQuiet(this.stores, { maxMs: QUIET_MS_MAX });
  }

  /** Asks for a base and waits until it is published. */
  async buildBase(): Promise<string> {
    // A few ads, edited for as long as a test takes, are other ads than a day ago: gates are for real sizes.
    const options = { force: "a small world changes fast" };
    return this.builtBy((await this.stores.runs.ask({ workflow: "base-build", options })) as number);
  }

  /** The base that a run has built, once it is published. */
  async builtBy(run: number): Promise<string> {
    for (const untilMs = Date.now() + QUIET_MS_MAX; Date.now() < untilMs; await pause(LOOK_MS)) {
      const runs = await this.stores.runs.runs({ workflow: "base-build", runsMax: 10 });
      const found = runs.find(({ id }) => id === run);
      if (found?.state === "done") return found.result?.["base"] as string;
      if (found?.state === "failed") throw new Error(`the base was not built: ${found.error}`);
    }
    throw new Error(`the base was not built in ${QUIET_MS_MAX} ms: ${this.processes.said.join("")}`);
  }

  /** An ad server with its own cache, that follows bases and deltas. */
  startServer(): Promise<RunningAdMixer> {
    const { databaseUrl, kafkaBrokers, objectStoreUrl } = this.stores.settings;
    const indexLog = kafkaBrokers.length > 0 ? `kafka://${kafkaBrokers.join(",")}` : databaseUrl;
    const config = readConfig({
      folder: join(this.#folder, `server-${this.#servers++}`),
      environment: { TENON_INDEX_LOG: indexLog },
      flags: {
        ...{ port: 0, adSource: "pipeline", indexStore: objectStoreUrl, usersCount: 20, basePollMs: 100 },
        ...{ warmUpRequests: 0, logLevel: "silent" },
      },
    });
    return startAdMixer(config);
  }

  /** Waits until a server has applied what is published. */
  async served({ host }: RunningAdMixer, { deltasEnd }: PipelineLook, base?: string): Promise<void> {
    for (const untilMs = Date.now() + QUIET_MS_MAX; Date.now() < untilMs; await pause(LOOK_MS)) {
      const status = host.feed?.status();
      if ((status?.deltas.nextOffset ?? 0) >= deltasEnd && (base === undefined || status?.base?.name === base)) return;
    }
    throw new Error(`the server does not come to ${deltasEnd}: ${JSON.stringify(host.feed?.status())}`);
  }

  /** Why a document is not what it must be, as far as the stores still know. */
  async why(adId: number): Promise<string> {
    const { database, adsDatabase, adsRows, log, bases, settings } = this.stores;
    const facts = await lookAtDocument(adId, {
      ...{ database, log, bases, tasks: [...GATEWAY_TASKS, ...UPDATER_TASKS], handlers: ARGUS_HANDLERS },
      ads: { database: adsDatabase, rows: adsRows, slot: settings.slot },
      askHosts: async () => [],
    });
    const { sources, groups, servable, delta } = facts;
    return JSON.stringify({ because: whyOf(facts).because, sources, groups, servable, delta });
  }

  /** What a server holds and what the repository holds, and what both must hold. */
  async compare({ host }: RunningAdMixer): Promise<readonly [found: Comparison, expected: Comparison]> {
    const wanted = await documentsOfSource(this.#source.database, this.signals);
    const served = new Map<number, object>();
    const index = (host.feed as NonNullable<typeof host.feed>).index;
    const held = index.heldAds();
    const ids = Array.from({ length: held.length }, (_, row) => held.at(row));
    const snapshot = index.current();
    for (let from = 0; from < ids.length; from += RECORDS_PER_READ) {
      const page = IdColumn.from(ids.slice(from, from + RECORDS_PER_READ));
      const records = await snapshot.forwardRecords(page, AbortSignal.timeout(QUIET_MS_MAX));
      for (const { version: _, ...ad } of records.found) served.set(ad.adId, ad);
    }
    const stored = await this.#stored();
    const vectorOf = (document: object) =>
      this.signals.vectorOf((document as { ad: { creativeId: number } }).ad.creativeId);
    const near = await this.#near(index);
    const scores = new Map([...wanted].map(([adId, document]) => [adId, scoreOf(vectorOf(document))]));
    return [
      {
        served: sorted(served),
        documents: sorted(stored.documents),
        vectors: sorted(stored.vectors),
        scores: sorted(near),
      },
      {
        served: sorted(new Map([...wanted].map(([adId, document]) => [adId, (document as { ad: object }).ad]))),
        documents: sorted(wanted),
        vectors: sorted(new Map([...wanted].map(([adId, document]) => [adId, asFloats(vectorOf(document))]))),
        // Only those that may serve are found; of what they are the documents speak.
        scores: sorted(new Map([...near.keys()].map((adId) => [adId, scores.get(adId)]))),
      },
    ];
  }

  async #stored() {
    const rows = read(AdDocumentRow, ["document", "isServable", "vector"]);
    const documents = new Map<number, object>();
    const vectors = new Map<number, readonly number[] | null>();
    await this.stores.repo.read([rows], async (snapshot) => {
      for (let after: number | undefined; ; ) {
        const page = await snapshot.page(rows, { after, rowsMax: 500 });
        for (const { key, columns } of page) {
          const { document, isServable, vector } = columns as {
            readonly document: { readonly ad: { readonly version: number }; readonly signals: object } | null;
            readonly isServable: boolean | null;
            readonly vector: U8Column | null;
          };
          if (isServable !== true || document === null) continue;
          const { version: _, ...ad } = document.ad;
          documents.set(key as number, { ad, signals: document.signals });
          vectors.set(key as number, vector === null ? null : floatsOf(vector));
        }
        if (page.length < 500) return;
        after = page.at(-1)?.key as number;
      }
    });
    return { documents, vectors };
  }

  /** What the index makes of each vector, as a score against one query. */
  async #near(index: { current(): ReturnType<NonNullable<RunningAdMixer["host"]["feed"]>["index"]["current"]> }) {
    const snapshot = index.current();
    const { embeddingVersion, documentCount } = snapshot.version;
    const { ids, scores } = await snapshot.searchVectors({
      ...{ vector: F32Column.from(Float32Array.from(QUERY)), embeddingVersion, limit: documentCount },
      filter: { targeting: {}, atMs: Date.now() },
    });
    return new Map(Array.from({ length: ids.length }, (_, at) => [ids.at(at) as number, scores.at(at).toFixed(4)]));
  }
}

export interface Comparison {
  readonly served: Readonly<Record<number, unknown>>;
  readonly documents: Readonly<Record<number, unknown>>;
  readonly vectors: Readonly<Record<number, unknown>>;
  readonly scores: Readonly<Record<number, unknown>>;
}

/** Ads that are not as they must be: missing, or there although gone, or other than they must be. */
export function differences(found: Comparison["served"], expected: Comparison["served"]) {
  const ids = Object.keys(expected).map(Number);
  const text = (value: unknown) => JSON.stringify(value);
  return {
    lost: ids.filter((adId) => !(adId in found)),
    kept: Object.keys(found)
      .map(Number)
      .filter((adId) => !(adId in expected)),
    stale: ids.filter((adId) => adId in found && text(sortedKeys(found[adId])) !== text(sortedKeys(expected[adId]))),
  };
}

/** Where two values differ first, with both sides: for who has to find out why. */
export function firstDifference(found: unknown, expected: unknown, path = ""): string | undefined {
  const isBranch = (value: unknown): value is object => typeof value === "object" && value !== null;
  if (!isBranch(found) || !isBranch(expected)) {
    const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
    return one === other ? undefined : `${path}: found ${one}, expected ${other}`;
  }
  for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const [one, other] = [(found as never)[name], (expected as never)[name]];
    const difference = firstDifference(one, other, `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sortedKeys(each)]),
  );
}

function sorted(map: ReadonlyMap<number, unknown>): Readonly<Record<number, unknown>> {
  return Object.fromEntries([...map].sort(([one], [other]) => one - other));
}

function unitVector(seed: number): number[] {
  const random = new SeededRandom(seed);
  const raw = Array.from({ length: EMBEDDING_DIMENSIONS }, () => random.upTo(2_000) / 1_000 - 1);
  const length = Math.hypot(...raw);
  return raw.map((each) => each / length);
}

const QUERY = unitVector(1);

function asFloats(vector: readonly number[] | null): readonly number[] | null {
  return vector === null ? null : Array.from(Float32Array.from(vector));
}

function floatsOf(column: U8Column): readonly number[] {
  const bytes = Uint8Array.from({ length: column.length }, (_, at) => column.at(at));
  return Array.from(new Float32Array(bytes.buffer));
}

function scoreOf(vector: readonly number[] | null): string | undefined {
  return vector?.reduce((sum, each, axis) => sum + each * (QUERY[axis] as number), 0).toFixed(4);
}
