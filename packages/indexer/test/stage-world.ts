/** A repository and a log of its own for each way in which a stage can be given messages, over one ads database. */
import { AdsDatabaseReader, loadMarketplace, migrateAdsDatabase } from "@tenon/ads-database";
import type { AnyTopic, EventLog, LogRecord } from "@tenon/event-log/api";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import type { Marketplace } from "@tenon/marketplace";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { openRepo, type PostgresRepo } from "@tenon/storage-repo";
import { read } from "@tenon/storage-repo/api";
import {
  PostgresTaskStore,
  PostgresWorkStore,
  repoWriter,
  runTasks,
  SINK_RELAY,
  type Task,
} from "@tenon/stream-runtime";
import { gatewayBindings } from "../src/host/gateway-role.ts";
import { ENTITIES, TOPICS } from "../src/host/open-stores.ts";
import { type StageMessage, StageRuns } from "../src/rpc/stage-runs.ts";
import { SWITCH_DEFAULTS } from "../src/switches/switch-store.ts";

/** Longest wait for what is on its way, ms. */
const COMES_MAX_MS = 30_000;

export async function comes(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const untilMs = performance.now() + COMES_MAX_MS;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(`it does not come: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function adsDatabaseOf(marketplace: Marketplace, seed: number): Promise<TestDatabase> {
  const source = await testDatabase();
  await migrateAdsDatabase(source.database);
  await loadMarketplace(source.database, marketplace, { seed });
  return source;
}

export class StageWorld {
  readonly stages: StageRuns;
  readonly log: EventLog;
  readonly repo: PostgresRepo;
  /** What `now` commits messages by. */
  addToOutbox: PostgresWorkStore["sinks"]["add"] = (tx, messages) => this.#work.sinks.add(tx, messages);
  readonly #work: PostgresWorkStore;
  readonly #opened: TestDatabase;
  readonly #resources: ReturnType<typeof gatewayBindings>;

  private constructor(parts: {
    opened: TestDatabase;
    log: EventLog;
    repo: PostgresRepo;
    source: TestDatabase;
    tasks: readonly Task[];
  }) {
    const { opened, log, repo, source, tasks } = parts;
    this.#opened = opened;
    this.log = log;
    this.repo = repo;
    this.#resources = gatewayBindings({
      stores: { adsRows: new AdsDatabaseReader(source.database) } as never,
      switches: { current: { values: SWITCH_DEFAULTS, version: 0 } } as never,
    });
    this.#work = new PostgresWorkStore(opened.database);
    this.stages = new StageRuns({
      ...{ tasks, log, repo, database: opened.database, resources: this.#resources },
      // A proxy of a method that a test may break.
      outbox: { add: (tx, messages) => this.addToOutbox(tx, messages) },
    });
  }

  static async open(source: TestDatabase, tasks: readonly Task[]): Promise<StageWorld> {
    const opened = await testDatabase();
    const repo = await openRepo({ database: opened.database, entities: ENTITIES });
    const log = await openEmbeddedLog({ database: opened.database, retainEveryMs: 0 });
    await log.createTopics(TOPICS);
    const world = new StageWorld({ opened, log, repo, source, tasks });
    await world.#work.prepare();
    return world;
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.#opened.drop();
  }

  /** Appends messages to a stage's topic, and runs the stage until it has worked on all of them. */
  async feed(task: Task, messages: readonly StageMessage[]): Promise<void> {
    await this.log.append(messages.map(({ key, timeMs = 0, value }) => task.source.record({ key, timeMs, value })));
    await this.work(task);
  }

  async work(task: Task): Promise<void> {
    const running = await runTasks({
      ...{ tasks: [task], log: this.log, owner: "test", resources: this.#resources, checkedShare: 1 },
      store: new PostgresTaskStore({ database: this.#opened.database, write: repoWriter(this.repo) }),
    });
    const offsets = await this.log.offsets(task.source.name);
    await comes(
      () =>
        running.metrics.length === offsets.length &&
        offsets.every(({ partition, end }) => {
          const at = running.metrics.find((each) => each.partition === partition);
          return at !== undefined && at.next >= end && at.outboxPending === 0;
        }),
      `the end of ${task.name}`,
    );
    await running.stop();
  }

  /** What the handlers' sender does: messages that wait go to the log. Resolves with how many there were. */
  async send(): Promise<number> {
    const { sinks } = this.#work;
    let sent = 0;
    for (const topic of await sinks.topics()) {
      const messages = await sinks.next(topic, SINK_RELAY);
      await this.log.append(messages.map(({ seq: _, ...record }) => record));
      await sinks.remove(messages);
      sent += messages.length;
    }
    return sent;
  }

  /** Every row of every table, columns and versions. */
  async rows(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const reads = ENTITIES.map((entity) => read(entity, entity.columns.map(({ name }) => name) as never));
    return this.repo.read(reads, async (snapshot) => {
      const pages = await Promise.all(reads.map((each) => snapshot.page(each, { rowsMax: 1_000 })));
      return Object.fromEntries(pages.map((page, at) => [ENTITIES[at]?.name, page]));
    });
  }

  /** Every message of the pipeline's topics but one, by topic and key: stages that run beside one another interleave keys. */
  async messages(except: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const topics = TOPICS.filter(({ name }) => name !== except);
    const all = await Promise.all(topics.map(async (topic) => [topic.name, await this.#messagesOf(topic)] as const));
    return Object.fromEntries(all.filter(([, messages]) => messages.length > 0));
  }

  async appended(topic: AnyTopic): Promise<readonly unknown[]> {
    return this.#messagesOf(topic);
  }

  async #messagesOf(topic: AnyTopic): Promise<readonly unknown[]> {
    const found: LogRecord[] = [];
    for (const { partition, earliest, end } of await this.log.offsets(topic.name)) {
      const reader = await this.log.read({ topic: topic.name, partition, fromOffset: earliest });
      for (let next = earliest; next < end; ) {
        const pulled = await reader.pull({ recordsMax: 1_000, bytesMax: 2 ** 24, waitMs: 0 });
        if (pulled.length === 0) break;
        found.push(...pulled);
        next = (pulled.at(-1) as LogRecord).offset + 1;
      }
      await reader.close();
    }
    return found
      .map(({ key, timeMs, partition, value }) => ({ key, timeMs, partition, value: new TextDecoder().decode(value) }))
      .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
}
