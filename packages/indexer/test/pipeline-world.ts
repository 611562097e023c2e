/** A small marketplace on a real Postgres: the advertisers' database, the repository, the log and the pipeline between them. */
import { AdsDatabaseReader, loadMarketplace, marketplaceSignals, migrateAdsDatabase } from "@tenon/ads-database";
import type { EventLog, LogRecord, Topic } from "@tenon/event-log/api";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { bind, type HostClock, systemClock } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { gatewayChangesTask, gatewaySignalsTask, updaterHigh, updaterLow, updaterMedium } from "@tenon/graphs/tasks";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import {
  AdsDatabaseResource,
  ContentSignals,
  GatewayPolicyResource,
  type LandingPage,
  LandingPagesResource,
  SourceChanges,
  type SourceTable,
} from "@tenon/nodes";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { feedConsumers, openRepo, PostgresCursors, PostgresFeed, type PostgresRepo } from "@tenon/storage-repo";
import type { AnyRead, Key, RepoRow } from "@tenon/storage-repo/api";
import {
  PostgresOperations,
  PostgresTaskStore,
  PostgresWorkStore,
  repoWriter,
  runHandlers,
  runTasks,
} from "@tenon/stream-runtime";
import { ENTITIES, TOPICS } from "../src/host/open-stores.ts";
import { sourceSync } from "../src/source-sync/source-sync.ts";
import type { JsonRecord, Progress, Workflow } from "../src/workflows/workflow.ts";

const SEED = 1;
const ADS = 24;
const TASKS = [gatewayChangesTask, gatewaySignalsTask, updaterHigh, updaterMedium, updaterLow];
const SETTLE_MS_MAX = 60_000;
const LOOK_MS = 20;
export const CONSUMER = "argus";

export interface RunOptions {
  readonly options?: JsonRecord;
  readonly saved?: JsonRecord | undefined;
  /** Told of every step; throwing ends the run there, as a kill does. */
  readonly onStep?: (progress: Progress) => Promise<void> | void;
}

export class PipelineWorld {
  readonly server: TestDatabase;
  readonly repo: PostgresRepo;
  readonly log: EventLog;
  readonly adsRows: AdsDatabaseReader;
  readonly work: PostgresWorkStore;
  /** What is at every address. */
  landing: LandingPage = { state: "ok", httpStatus: 200, loadMs: 90, checkedAtMs: 1_000 };
  /** Addresses that were asked for. */
  readonly asked: string[] = [];
  #positions = 0;

  private constructor(server: TestDatabase, repo: PostgresRepo, log: EventLog) {
    this.server = server;
    this.repo = repo;
    this.log = log;
    this.adsRows = new AdsDatabaseReader(server.database);
    this.work = new PostgresWorkStore(server.database);
  }

  /** Filled and at rest: rows by a sync that repairs an empty repository, signals by their topic. */
  static async open(): Promise<PipelineWorld> {
    const server = await testDatabase();
    const { database } = server;
    await migrateAdsDatabase(database);
    const marketplace = generateMarketplace(loadCatalogue(), { seed: SEED, adsMax: ADS });
    await loadMarketplace(database, marketplace, { seed: SEED });
    const repo = await openRepo({ database, entities: ENTITIES });
    const log = await openEmbeddedLog({ database });
    await log.createTopics(TOPICS);
    const world = new PipelineWorld(server, repo, log);
    await world.work.prepare();
    const signals = [...marketplaceSignals(marketplace, { seed: SEED })];
    const records = signals.map((value, index) =>
      ContentSignals.record({ key: String(index), timeMs: value.observedAtMs, value: value as never }),
    );
    await log.append(records);
    await world.run(sourceSync({ ...world.stores, inFlightMs: 0 }));
    await world.settle();
    return world;
  }

  get stores() {
    const { server, repo, log, adsRows, work } = this;
    return { adsDatabase: server.database, database: server.database, adsRows, repo, log, work };
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.server.drop();
  }

  /** One run of a workflow, without a host. Resolves with its result and the last that it saved. */
  async run(workflow: Workflow, { options = {}, saved, onStep }: RunOptions = {}) {
    let last = saved;
    const result = await workflow.run({
      ...{ runId: 1, options, saved, signal: new AbortController().signal },
      step: async (progress) => {
        last = progress.saved ?? last;
        await onStep?.(progress);
      },
    });
    return { result, saved: last };
  }

  /** A run that is killed at its nth step; resolves with what it had saved by then. */
  async killedAt(step: number, workflow: Workflow, options: JsonRecord = {}): Promise<JsonRecord | undefined> {
    let steps = 0;
    let saved: JsonRecord | undefined;
    const killed = new Error("killed");
    await this.run(workflow, {
      options,
      onStep: (progress) => {
        saved = progress.saved ?? saved;
        if (++steps === step) throw killed;
      },
    }).catch((error: unknown) => {
      if (error !== killed) throw error;
    });
    return saved;
  }

  /** Tells the gateway of a change, as the change log does. */
  async tell(table: SourceTable, key: number): Promise<void> {
    const value = {
      ...{ table, key, operation: "write" as const, committedAtMs: 1_000 },
      position: `test ${++this.#positions}`,
    };
    await this.log.append([SourceChanges.record({ key: `${table}:${key}`, timeMs: 1_000, value })]);
  }

  /** The pipeline runs until nothing is left to do; without handlers, until they are all that is left. */
  async settle({ handlers = true } = {}): Promise<void> {
    const stop = await this.start(handlers ? {} : { lanes: 0 });
    try {
      for (let waitedMs = 0, quiet = 0; quiet < 2; waitedMs += LOOK_MS) {
        if (waitedMs > SETTLE_MS_MAX) throw new Error(`the pipeline did not settle: ${await this.#waits()}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        quiet = (await this.#waits({ handlers })) === undefined ? quiet + 1 : 0;
      }
    } finally {
      await stop();
    }
  }

  /** Starts a process with every role; resolves with how to stop it. Without `lanes` work items are added, and none is taken. */
  async start({ lanes = 4 } = {}): Promise<() => Promise<void>> {
    const { log, repo } = this;
    const { database } = this.server;
    const policy = { version: "none", dropContentBeforeMs: null, lanes: {} };
    const landingPages = {
      check: async (url: string) => {
        this.asked.push(url);
        return this.landing;
      },
    };
    const tasks = await runTasks({
      ...{ tasks: TASKS, log, owner: "test", checkedShare: 1 },
      store: new PostgresTaskStore({ database, write: repoWriter(repo) }),
      resources: {
        adsDatabase: bind(AdsDatabaseResource, { value: this.adsRows }),
        gatewayPolicy: bind(GatewayPolicyResource, { value: policy }, ({ version }) => version),
      },
    });
    const handlers = await runHandlers({
      ...{ handlers: ARGUS_HANDLERS, repo, log, owner: "test", checkedShare: 1, consumer: CONSUMER, store: this.work },
      feed: new PostgresFeed({ database, entities: ENTITIES }),
      cursors: new PostgresCursors(database),
      resources: { landingPages: bind(LandingPagesResource, { value: landingPages }) },
      runsMax: { high: lanes, medium: lanes, low: lanes },
    });
    return async () => {
      await tasks.stop();
      await handlers.stop();
    };
  }

  /**
   * The handlers' feed goes past everything, without its work items; with `work`, they are added, and nobody takes them.
   */
  async skipFeed({ work = false } = {}): Promise<void> {
    const { database } = this.server;
    const stop = await this.start({ lanes: 0 });
    try {
      for (let looks = 0; ; looks++) {
        const [consumer] = await feedConsumers(database);
        if (consumer?.behind === 0) break;
        if (looks > SETTLE_MS_MAX / LOOK_MS) throw new Error("the feed stands still");
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    } finally {
      await stop();
    }
    if (!work) await database.execute("delete from stream_work");
  }

  async row(read: AnyRead, key: Key): Promise<RepoRow | undefined> {
    const [row] = await this.repo.read([read], (snapshot) => snapshot.rows(read, [key]));
    return row;
  }

  /** Ends of a topic's partitions, by partition. */
  async ends(topic: Topic<never>): Promise<ReadonlyMap<number, number>> {
    return new Map((await this.log.offsets(topic.name)).map(({ partition, end }) => [partition, end]));
  }

  /** Every value of a topic, or those after some ends of it; oldest first within each partition. */
  async values<Value>(topic: Topic<Value>, after?: ReadonlyMap<number, number>): Promise<readonly Value[]> {
    const values: Value[] = [];
    for (const { partition, earliest, end } of await this.log.offsets(topic.name)) {
      const fromOffset = after?.get(partition) ?? earliest;
      const reader = await this.log.read({ topic: topic.name, partition, fromOffset });
      for (let next = fromOffset; next < end; ) {
        const pulled = await reader.pull({ recordsMax: 1_000, bytesMax: 2 ** 24, waitMs: 0 });
        values.push(...pulled.map(({ value }) => JSON.parse(new TextDecoder().decode(value)) as Value));
        next = ((pulled.at(-1) as LogRecord | undefined)?.offset ?? end) + 1;
      }
      await reader.close();
    }
    return values;
  }

  /** Past the repository: what nobody should do, done. */
  damage(entity: (typeof ENTITIES)[number], statement: string): Promise<number> {
    return this.repo.admin("planted by a test", (admin) => admin.execute(entity, `${statement} returning id`));
  }

  async #waits({ handlers = true } = {}): Promise<string | undefined> {
    const { database } = this.server;
    const status = await new PostgresOperations(database).status();
    for (const { name, source } of TASKS) {
      for (const { partition, earliest, end } of await this.log.offsets(source.name)) {
        const next = status.find((each) => each.task === name && each.partition === partition)?.next ?? 0;
        if (end > earliest && next < end) return `${name} of partition ${partition} is at ${next} of ${end}`;
      }
    }
    const pending = status.find(({ outboxPending }) => outboxPending > 0);
    if (pending !== undefined) return `${pending.task} has messages to send`;
    const [consumer] = await feedConsumers(database);
    if (consumer === undefined || consumer.behind > 0) return `the feed is ${consumer?.behind} behind`;
    if (!handlers) return undefined;
    const open = (await this.work.status()).find(({ waiting }) => waiting > 0);
    if (open !== undefined) return `${open.handler} waits for ${open.waiting}`;
    const [sink] = await this.work.sinks.status();
    return sink === undefined ? undefined : `${sink.waiting} messages for ${sink.topic}`;
  }
}

/** A clock whose waits end at once, after something was done. */
export function waitingBy(work: () => Promise<void> | void): HostClock {
  return {
    ...systemClock,
    after: (_, ring) => {
      let isOff = false;
      void (async () => {
        await work();
        if (!isOff) ring();
      })();
      return () => {
        isOff = true;
      };
    },
  };
}
