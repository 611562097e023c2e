/** A18 and T9: the same graphs over the simulation, the embedded log and Kafka leave the same tables and results. */
import { setTimeout as pause } from "node:timers/promises";
import { deadLetterTopicOf, type EventLog, type LogRecord } from "@tenon/event-log/api";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { systemClock } from "@tenon/graph-core";
import { kafkaMissing, startKafka } from "@tenon/kafka-server";
import { AdCountResults, AdEvents, LateAdEvents, UniqueAdEvents } from "@tenon/nodes";
import { testDatabase } from "@tenon/postgres/testing";
import {
  MemoryTaskStore,
  PostgresOperations,
  PostgresTaskStore,
  runTasks,
  type Task,
  type TaskStatus,
  type TaskStore,
} from "@tenon/stream-runtime";
import { expect, test } from "vitest";
import { adEvents, closingEvents, expectedResults, foundResults } from "../testing/ad-event-stream.ts";
import { adCounts, dedupeAdEvents } from "./ad-event.tasks.ts";

const EVENTS = 1_500;
const BROKER_START_MAX_MS = 240_000;
const SETTLE_MAX_MS = 60_000;
const LOOK_MS = 50;

/** Partitions of two tasks may run apart for a while: nothing is late, whatever the order in which they are worked on. */
const patientCounts = {
  ...adCounts,
  window: { ...(adCounts.window as NonNullable<Task["window"]>), outOfOrderMs: 3_600_000 },
};
const TASKS = [dedupeAdEvents, patientCounts];
const TOPICS = [
  AdEvents,
  UniqueAdEvents,
  AdCountResults,
  LateAdEvents,
  deadLetterTopicOf(AdEvents),
  deadLetterTopicOf(UniqueAdEvents),
];

interface Outcome {
  readonly results: readonly string[];
  /** Every row of every window and of every key's state. */
  readonly tables: readonly string[];
  readonly late: number;
}

interface World {
  readonly log: EventLog;
  readonly store: TaskStore;
  readonly status: () => Promise<readonly TaskStatus[]>;
  readonly tables: () => Promise<readonly string[]>;
  /** Lets time pass. */
  readonly pass: (ms: number) => Promise<void>;
  readonly clock?: VirtualClock;
}

async function play({ log, store, status, tables, pass, clock }: World): Promise<Outcome> {
  await log.createTopics(TOPICS);
  const running = await runTasks({
    tasks: TASKS,
    log,
    store,
    owner: "one",
    checkedShare: 1,
    clock: clock ?? systemClock,
  });
  for (const input of [adEvents(EVENTS, 5), closingEvents()]) {
    for (let start = 0; start < input.length; start += 500) await log.append(input.slice(start, start + 500));
    for (let waitedMs = 0; waitedMs < SETTLE_MAX_MS; waitedMs += LOOK_MS) {
      await pass(LOOK_MS);
      if (await isSettled(log, await status())) break;
    }
  }
  const stopping = running.stop();
  await pass(clock === undefined ? 0 : 20_000);
  await stopping;
  return {
    results: foundResults(await readAll(log, AdCountResults.name)),
    tables: await tables(),
    late: (await readAll(log, LateAdEvents.name)).length,
  };
}

async function isSettled(log: EventLog, status: readonly TaskStatus[]): Promise<boolean> {
  if (status.length === 0 || status.some(({ outboxPending }) => outboxPending > 0)) return false;
  for (const { name, source } of TASKS) {
    for (const { partition, earliest, end } of await log.offsets(source.name)) {
      const at = status.find((each) => each.task === name && each.partition === partition);
      if (end > earliest && (at?.next ?? 0) < end) return false;
    }
  }
  return true;
}

async function readAll(log: EventLog, topic: string): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (const { partition, earliest, end } of await log.offsets(topic)) {
    const reader = await log.read({ topic, partition, fromOffset: earliest });
    for (let next = earliest; next < end; ) {
      const pulled = await reader.pull({ recordsMax: 10_000, bytesMax: 2 ** 25, waitMs: 5_000 });
      if (pulled.length === 0) throw new Error(`"${topic}" ends at ${next} instead of ${end}`);
      records.push(...pulled);
      next = (pulled.at(-1) as LogRecord).offset + 1;
    }
    await reader.close();
  }
  return records;
}

async function onSimulation(): Promise<Outcome> {
  // Later than every event: a record from the future would be put aside.
  const clock = new VirtualClock(1_800_000_000_000);
  const log = new SimulatedCluster({ seed: 1, clock }).open();
  const store = new MemoryTaskStore({ clock });
  const tables = async () => {
    const { windows } = store.dump(adCounts.name);
    const { state } = store.dump(dedupeAdEvents.name);
    return [
      ...windows.map(({ sizeMs, startMs, key, revision, values }) =>
        JSON.stringify([sizeMs, startMs, key, revision, ...values]),
      ),
      ...state.map(({ key, value }) => JSON.stringify([key, value])),
    ].sort();
  };
  return play({ log, store, status: () => store.status(), tables, pass: (ms) => clock.runFor(ms), clock });
}

async function onPostgres(
  open: (database: Awaited<ReturnType<typeof testDatabase>>["database"]) => Promise<EventLog>,
): Promise<Outcome> {
  const { database, drop } = await testDatabase();
  const log = await open(database);
  try {
    const tables = async () => {
      const windows = await database.query<{ row: unknown[] }>(
        "select json_build_array(size_ms, start_ms, key, revision, events, impressions, clicks, spend_micros, top_surfaces) as row from stream_window_ad_counts",
      );
      const state = await database.query<{ key: string; value: string }>(
        "select key, value::text as value from stream_state",
      );
      return [
        ...windows.map(({ row }) => JSON.stringify(row)),
        ...state.map(({ key, value }) => JSON.stringify([key, value])),
      ].sort();
    };
    return await play({
      ...{ log, store: new PostgresTaskStore({ database }), tables, pass: (ms) => pause(ms) },
      status: () => new PostgresOperations(database).status(),
    });
  } finally {
    await log.close();
    await drop();
  }
}

const expected = expectedResults(adEvents(EVENTS, 5));
const simulated = onSimulation();

test("the simulation gives what a plain recomputation gives: every event once, nothing late", {
  timeout: 60_000,
}, async () => {
  const { results, tables, late } = await simulated;
  expect(results).toEqual(expected);
  expect(late).toBe(0);
  expect(tables.length).toBeGreaterThan(expected.length);
});

test("the embedded log and Postgres leave the same", { timeout: 120_000 }, async () => {
  expect(await onPostgres((database) => openEmbeddedLog({ database, leaseMs: 2_000, beatMs: 200 }))).toEqual(
    await simulated,
  );
});

const missing = kafkaMissing("4.3.0");

test("Kafka and Postgres leave the same, over either client", { timeout: BROKER_START_MAX_MS }, async ({ skip }) => {
  skip(missing !== undefined && process.env.CI !== "true", missing ?? "");
  for (const client of ["kafkajs", "platformatic"] as const) {
    const kafka = await startKafka({ version: "4.3.0", name: `ad-events-${client}-${process.pid}` });
    try {
      const found = await onPostgres(() => openKafkaLog({ brokers: kafka.brokers, client, sessionMs: 6_000 }));
      expect(found).toEqual(await simulated);
    } finally {
      await kafka.stop();
    }
  }
});
