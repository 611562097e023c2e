/** A whole system in one process: advertisers' database, indexing, AdMixer. What lasts is in Postgres and in files. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { HostConfig, RunningAdMixer } from "@tenon/admixer";
import { type HostOverrides, startAdMixer } from "@tenon/admixer";
import { pause, systemClock } from "@tenon/graph-core";
import { type IndexerStores, indexerSettings, openStores, startIndexer } from "@tenon/indexer";
import type { Marketplace } from "@tenon/marketplace";
import { findDatabases } from "./databases.ts";
import { fill, isFilled, marketplaceOf } from "./fill.ts";
import { signalSender } from "./new-ad-signals.ts";
import { type PlayedEdits, playEdits } from "./play-edits.ts";

/** Loaded unless settings say how many: the first start is done within half a minute. */
export const ADS_BY_DEFAULT = 3_000;

export interface WholeOptions {
  readonly config: HostConfig;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly editsPerSecond: number;
  readonly onStep: (what: string) => void;
  readonly onTrouble: (what: string, error: Error) => void;
  readonly onNotice: (text: string) => void;
  /** Adds routes to the serving host. */
  readonly extend?: (stores: IndexerStores) => NonNullable<HostOverrides["extend"]>;
}

export interface WholeSystem {
  readonly admixer: RunningAdMixer;
  readonly stores: IndexerStores;
  /** Of the indexer: stages by call, metrics, health. On this machine alone. */
  readonly indexerUrl: string;
  readonly edits: PlayedEdits | undefined;
  /** Whether this start filled the databases. */
  readonly isNew: boolean;
  /** What the start did, in order, and how long each took, ms. */
  readonly steps: readonly { readonly what: string; readonly ms: number }[];
  stop(): Promise<void>;
}

export async function startWhole(options: WholeOptions): Promise<WholeSystem> {
  const { config, folder, environment, onTrouble, onNotice } = options;
  const { steps, onStep, end } = timed(options.onStep);
  const ending: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ending.splice(0)) await end();
  };
  try {
    onStep("starting Postgres");
    const databases = await findDatabases({ folder, environment, onNotice });
    ending.unshift(() => databases.stop());
    const { databaseUrl, adsDatabaseUrl } = databases;
    const objectStoreUrl = environment["OBJECT_STORE_URL"] || pathToFileURL(join(folder, ".tenon/bases")).href;
    const kafkaBrokers = (environment["KAFKA_BROKERS"] ?? "").split(",").filter((broker) => broker !== "");
    const settings = indexerSettings({
      ...{ databaseUrl, adsDatabaseUrl, objectStoreUrl, kafkaBrokers, owner: `up-${process.pid}` },
      workFolder: join(folder, ".tenon/build"),
      ...{ probesFolder: probesFolder(folder, environment), adminToken: config.settings.adminToken },
    });
    const stores = await openStores(settings, environment);
    ending.unshift(() => stores.close());
    const { seed } = config.settings;
    const adsMax = config.settings.adsMax ?? ADS_BY_DEFAULT;
    const isNew = !(await isFilled(stores));
    if (isNew) await fill({ stores, seed, adsMax, nowMs: Date.now(), onStep });
    onStep("starting the pipeline");
    const indexer = await startIndexer({
      stores,
      roles: ["gateway", "updater", "argus", "batch"],
      http: true,
      onTrouble,
      onFatal: onTrouble,
    });
    ending.unshift(() => indexer.stop());
    if (isNew) await firstBase(stores, onStep);
    onStep("loading the index");
    const admixer = await startAdMixer(pipelineConfig(config, settings), {
      ...(options.extend !== undefined && { extend: options.extend(stores) }),
    });
    ending.unshift(() => admixer.stop());
    // The ad server comes last, since it needs a base: probes, which are read where they run, ask it from now on.
    stores.settings.probeServers.push(admixer.url);
    const edits = startEdits(options, {
      stores,
      marketplace: () => marketplaceOf({ seed, adsMax, nowMs: Date.now() }),
    });
    if (edits !== undefined) ending.unshift(() => edits.stop());
    end();
    return { admixer, stores, indexerUrl: indexer.url as string, edits, isNew, steps, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of the project, unless the environment names another one. */
function probesFolder(folder: string, environment: NodeJS.ProcessEnv): string | null {
  const own = join(folder, "probes");
  return environment["PROBES_FOLDER"] || (existsSync(own) ? own : null);
}

/** Steps of the same kind are one: `indexing: 400 rows` goes on from `indexing: 200 rows`. */
function timed(onStep: WholeOptions["onStep"]) {
  const steps: { what: string; ms: number }[] = [];
  let current: { what: string; sinceMs: number } | undefined;
  const end = () => {
    if (current !== undefined) steps.push({ what: current.what, ms: Math.round(performance.now() - current.sinceMs) });
    current = undefined;
  };
  const step = (what: string) => {
    onStep(what);
    const kind = what.replaceAll(/\d+ /g, "");
    if (kind === current?.what) return;
    end();
    current = { what: kind, sinceMs: performance.now() };
  };
  return { steps, onStep: step, end };
}

/** Between looks whether the first base is there, and how long that may take. */
const LOOK_MS = 100;
const FIRST_BASE_MS_MAX = 10 * 60_000;

async function firstBase({ runs }: IndexerStores, onStep: (what: string) => void): Promise<void> {
  onStep("building the first base");
  for (let waitedMs = 0; waitedMs < FIRST_BASE_MS_MAX; waitedMs += LOOK_MS) {
    const [run] = await runs.runs({ workflow: "base-build", runsMax: 1 });
    if (run?.state === "done") return;
    if (run?.state === "failed") throw new Error(`the first base was not built: ${run.error}`);
    await pause(systemClock, LOOK_MS);
  }
  throw new Error(`the first base was not built within ${FIRST_BASE_MS_MAX / 60_000} minutes`);
}

function pipelineConfig(config: HostConfig, indexer: ReturnType<typeof indexerSettings>): HostConfig {
  const { objectStoreUrl: indexStore, databaseUrl, kafkaBrokers } = indexer;
  const indexLog = kafkaBrokers.length > 0 ? `kafka://${kafkaBrokers.join(",")}` : databaseUrl;
  const settings = { ...config.settings, adSource: "pipeline" as const, indexStore, indexLog };
  return { ...config, settings };
}

function startEdits(
  { editsPerSecond, config, onTrouble }: WholeOptions,
  { stores, marketplace }: { readonly stores: IndexerStores; readonly marketplace: () => Marketplace },
): PlayedEdits | undefined {
  if (editsPerSecond === 0) return undefined;
  const rows = marketplace();
  const { seed } = config.settings;
  const send = signalSender(rows, stores.log, seed);
  return playEdits({
    ...{ adsDatabase: stores.adsDatabase, marketplace: rows, seed, editsPerSecond, clock: systemClock, onTrouble },
    onNewAds: (edit) => send(edit, Date.now()),
  });
}
