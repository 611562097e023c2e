/** A database in which the tasks of ad events have run for a moment, and handlers have left work: what operators look at. */
import { deadLetterTopicOf, type EventLog } from "@tenon/event-log/api";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { adCounts, dedupeAdEvents } from "@tenon/graphs/tasks";
import type { Database } from "@tenon/postgres";
import { testDatabase } from "@tenon/postgres/testing";
import { openRepo, PostgresCursors, readIdentity } from "@tenon/storage-repo";
import { entity, versionOf, WriteSetBuilder } from "@tenon/storage-repo/api";
import {
  PostgresOperations,
  PostgresTaskStore,
  PostgresWorkStore,
  type RunningTasks,
  runTasks,
} from "@tenon/stream-runtime";
import { z } from "zod";

const EVENTS = 60;
const FROM_MS = 1_700_000_000_000;
const AdEvents = dedupeAdEvents.source;
const { source: UniqueAdEvents, window } = adCounts;
const TOPICS = [
  ...[AdEvents, UniqueAdEvents, deadLetterTopicOf(AdEvents), deadLetterTopicOf(UniqueAdEvents)],
  ...(window === undefined ? [] : [window.results, window.late]),
];
const SETTLE_MAX_MS = 20_000;
const LOOK_MS = 50;

const owner = "ads-platform" as const;
const Shop = entity("shop", {
  owner,
  purpose: "rows to look at",
  key: z.int(),
  groups: { facts: { owner, class: "control", columns: { name: z.string() } } },
});

export interface SeededStores {
  readonly url: string;
  readonly database: Database;
  readonly operations: PostgresOperations;
  readonly log: EventLog;
  /** Runs the tasks; stopped with the stores, if not before. */
  readonly run: () => Promise<RunningTasks>;
  /** Resolves when every task has read its topic to the end, and sent all it made. */
  readonly settle: () => Promise<void>;
  readonly drop: () => Promise<void>;
}

function event(index: number, timeMs: number) {
  const facts = {
    adId: 1 + (index % 5),
    campaignId: 1,
    action: "click",
    surface: "search",
    chargedMicros: 1_000,
  } as const;
  return AdEvents.record({ key: `user-${index % 7}`, timeMs, value: { eventId: `e${index}`, ...facts } as never });
}

/** @param brokers of the Kafka that has the log; the log is in the same database when absent */
export async function seededStores(brokers?: readonly string[]): Promise<SeededStores> {
  const { database, url, drop } = await testDatabase();
  const log =
    brokers === undefined
      ? await openEmbeddedLog({ database, leaseMs: 2_000, beatMs: 100, retainEveryMs: 0 })
      : await openKafkaLog({ brokers, client: "kafkajs" });
  await log.createTopics(TOPICS);
  const operations = new PostgresOperations(database);
  const running = new Set<RunningTasks>();
  const run = async () => {
    const store = new PostgresTaskStore({ database });
    const started = await runTasks({ tasks: [dedupeAdEvents, adCounts], log, store, owner: "worker-1" });
    running.add(started);
    return started;
  };
  const settle = () => settled(log, operations);
  const tasks = await run();
  await log.append(Array.from({ length: EVENTS }, (_, index) => event(index, FROM_MS + index * 1_000)));
  // One from the future is parked, one that is no JSON is a dead letter.
  await log.append([
    event(100, Date.now() + 48 * 3_600_000),
    { ...event(101, FROM_MS), value: new Uint8Array([1, 2]) },
  ]);
  await settle();
  await tasks.stop();
  running.clear();
  await seedRepo(database);
  return {
    ...{ url, database, operations, log, run, settle },
    drop: async () => {
      await Promise.all([...running].map((each) => each.stop()));
      await log.close();
      await drop();
    },
  };
}

async function settled(log: EventLog, operations: PostgresOperations): Promise<void> {
  const untilMs = performance.now() + SETTLE_MAX_MS;
  while (!(await isSettled(log, operations))) {
    if (performance.now() > untilMs) throw new Error("the tasks did not settle");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function isSettled(log: EventLog, operations: PostgresOperations): Promise<boolean> {
  const status = await operations.status();
  for (const { name, source } of [dedupeAdEvents, adCounts]) {
    for (const { partition, end } of await log.offsets(source.name)) {
      const at = status.find((each) => each.task === name && each.partition === partition);
      if (at === undefined || at.next < end || at.outboxPending > 0) return false;
    }
  }
  return true;
}

async function seedRepo(database: Database): Promise<void> {
  const repo = await openRepo({ database, entities: [Shop] });
  for (const key of [1, 2, 3]) {
    const columns = { name: `shop ${key}` };
    const version = versionOf(1, key);
    await repo.tx((tx) => tx.write(new WriteSetBuilder().write(Shop, "facts", { key, version, columns }).build()));
  }
  const cursors = new PostgresCursors(database);
  const { fence } = await cursors.claim("indexer");
  const { feedEpoch } = await readIdentity(database);
  const cursor = { mode: "poll", feedEpoch, seq: 1n } as const;
  await database.transaction((tx) => cursors.save(tx, { consumer: "indexer", fence }, cursor));
  const store = new PostgresWorkStore(database);
  await store.prepare();
  const options = { isolation: "readCommitted", attemptsMax: 1 } as const;
  const work = (key: number | string, lane: "high" | "low") => ({
    handler: "shop-terms",
    key,
    lane,
    upTo: 3n,
    rounds: 0,
  });
  await store.transaction((tx) => store.add(tx, [work(1, "high"), work("two", "high")]), options);
  const [item] = await store.claim({ handlers: ["shop-terms"], lane: "high", itemsMax: 1, leaseMs: 1_000 });
  const failure = {
    code: "TENON1201",
    reason: "node failed",
    inputDigest: "0123456789abcdef",
    parked: true,
    waitMs: 0,
  };
  if (item !== undefined) await store.fail(item, failure);
  await store.transaction((tx) => store.add(tx, [work(9, "low")]), options);
}
