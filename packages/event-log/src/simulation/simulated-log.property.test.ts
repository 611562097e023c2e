import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventLog, LogRecord, NewRecord } from "../api/event-log.ts";
import { GroupStore, joinOptions } from "../conformance/index.ts";
import type { SimulatedFaults } from "./faults.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { VirtualClock } from "./virtual-clock.ts";

const TOPIC = { name: "events", partitions: 3, retentionMs: 3_600_000 };
const CALLS = 30;
/** Longer than any delay below, several times over. */
const QUIET_MS = 5_000;

const faults = fc.record({
  appendDelayMsMax: fc.constantFrom(0, 5, 200),
  appendFailure: fc.constantFrom(0, 0.3),
  gap: fc.constantFrom(0, 0.2),
  shortPull: fc.constantFrom(0, 0.5),
  lossEveryMs: fc.constantFrom(0, 20, 300),
  loss: fc.constantFrom(0.2, 0.9),
  lossNoticeMsMax: fc.constantFrom(0, 50),
});

interface Run {
  readonly store: GroupStore;
  readonly log: readonly (readonly LogRecord[])[];
  readonly appends: readonly (readonly NewRecord[])[];
  readonly resolved: readonly boolean[];
}

/** Producers that append again when an outcome is unknown, three members, crashes, and then quiet. */
async function run(seed: number, settings: Partial<SimulatedFaults>): Promise<Run> {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed, clock, faults: settings });
  cluster.createTopic(TOPIC);
  const store = new GroupStore();
  const logs = [cluster.open(), cluster.open(), cluster.open()];
  for (const [at, log] of logs.entries()) await join(log, `worker-${at}`, store);
  const appends: NewRecord[][] = [];
  const resolved: boolean[] = [];
  const producers: Promise<void>[] = [];
  for (let call = 0; call < CALLS; call++) {
    const records = recordsOf(call, cluster.random.upTo(5) + 1, cluster.random.upTo(2));
    appends.push(records);
    const producer = logs[call % 3] as EventLog;
    const once = producer
      .append(records)
      .then(() => true)
      .catch(() => false);
    producers.push(
      once.then((done) => {
        resolved[call] = done;
      }),
    );
    await clock.runFor(cluster.random.upTo(60));
    if (cluster.random.chance(0.05)) cluster.crash();
  }
  cluster.endFaults();
  await clock.runFor(QUIET_MS);
  await Promise.all(producers);
  await clock.runFor(QUIET_MS);
  const log = [];
  for (let partition = 0; partition < TOPIC.partitions; partition++) {
    const reader = await cluster.open().read({ topic: TOPIC.name, partition, fromOffset: 0 });
    log.push(await reader.pull({ recordsMax: 10_000, bytesMax: 1e9, waitMs: 0 }));
  }
  return { store, log, appends, resolved };
}

function recordsOf(call: number, count: number, partition: number): NewRecord[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{
      topic: TOPIC.name,
      partition: at % 2 === 0 ? partition : (partition + 1) % 3,
      key: `k${at}`,
      timeMs: call,
      headers: {},
    },
    value: Buffer.from(`${call}:${at}`),
  }));
}

/** A worker that pulls everything it owns and stores behind a fence, as the runtime does. */
async function join(log: EventLog, name: string, store: GroupStore): Promise<void> {
  const member = await log.join(
    joinOptions("group", [TOPIC.name], {
      member: name,
      onAssigned: async (at) => {
        const key = `${at.topic}/${at.partition}`;
        const claim = Symbol(name);
        store.claim.set(key, claim);
        store.events.push(`${name} ${key}`);
        void (async () => {
          await Promise.resolve();
          for (;;) {
            const records = await member.pull(at, { recordsMax: 7, bytesMax: 1e9, waitMs: 50 });
            for (const record of records) {
              if (store.claim.get(key) !== claim) return;
              if (record.offset < (store.next.get(key) ?? 0)) throw new Error("a record came again");
              store.next.set(key, record.offset + 1);
              store.applied.push({ worker: name, record });
            }
          }
        })().catch(() => undefined);
        return store.next.get(key) ?? 0;
      },
    }),
  );
}

const text = ({ value }: { readonly value: Uint8Array }): string => Buffer.from(value).toString();

test("whatever goes wrong, every record of the log is applied once and in order, and what was acknowledged is in it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), faults, async (seed, settings) => {
      const { store, log, appends, resolved } = await run(seed, settings);
      for (const [partition, records] of log.entries()) {
        expect(store.of(TOPIC.name, partition).map(({ offset }) => offset)).toEqual(
          records.map(({ offset }) => offset),
        );
        for (const [call, appended] of appends.entries()) {
          const own = appended.filter((record) => record.partition === partition).map(text);
          const found = records.map(text).filter((each) => each.startsWith(`${call}:`));
          // L2: all of it when append resolved, otherwise its first ones.
          expect(found).toEqual(resolved[call] ? own : own.slice(0, found.length));
        }
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("one seed gives one run", async () => {
  const settings = {
    appendDelayMsMax: 50,
    appendFailure: 0.3,
    gap: 0.2,
    shortPull: 0.5,
    lossEveryMs: 40,
    loss: 0.5,
    lossNoticeMsMax: 30,
  };
  const [once, again, other] = [await run(5, settings), await run(5, settings), await run(6, settings)];
  const trace = ({ store }: Run) => [
    store.events,
    store.applied.map(({ worker, record }) => `${worker} ${text(record)}@${record.offset}`),
  ];
  expect(trace(again)).toEqual(trace(once));
  expect(trace(other)).not.toEqual(trace(once));
  expect(once.store.events.length).toBeGreaterThan(6);
});
