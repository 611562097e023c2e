import { testDatabase } from "@tenon/postgres/testing";
import { expect, test } from "vitest";
import { openEmbeddedLog } from "../embedded/index.ts";
import { SimulatedCluster, VirtualClock } from "../simulation/index.ts";
import type { EventLog, NewRecord } from "./event-log.ts";
import { offsetAt } from "./offset-at.ts";

const AT = { topic: "offset-at", partition: 0 };
const RECORDS = 40;
const record = (index: number): NewRecord => ({
  ...{ ...AT, key: "k", timeMs: 1_000_000 - index, headers: {} },
  value: new TextEncoder().encode(String(index)),
});

/** Appends records some time apart, and looks every record's time up. */
async function expectFound(
  log: EventLog,
  pass: (ms: number) => Promise<void>,
  run: <Value>(asked: Promise<Value>) => Promise<Value>,
): Promise<void> {
  await run(log.createTopics([{ name: AT.topic, partitions: 1, retentionMs: 3_600_000 }]));
  expect(await run(offsetAt(log, AT, 0))).toBe(0);
  for (let index = 0; index < RECORDS; index++) {
    await run(log.append([record(index)]));
    await pass(3);
  }
  const { earliest, end } = (await run(log.offsets(AT.topic)))[0] ?? { earliest: 0, end: 0 };
  const reader = await run(log.read({ ...AT, fromOffset: earliest }));
  const all = [];
  while (all.length < RECORDS)
    all.push(...(await run(reader.pull({ recordsMax: RECORDS, bytesMax: 1e6, waitMs: 1_000 }))));
  await reader.close();
  for (const { appendedAtMs } of all) {
    const expected = all.find((each) => each.appendedAtMs >= appendedAtMs)?.offset;
    const found = await run(offsetAt(log, AT, appendedAtMs));
    // Between a record and the one before it there may be offsets without records.
    expect(all.find(({ offset }) => offset >= found)?.offset).toBe(expected);
  }
  expect(await run(offsetAt(log, AT, (all.at(-1)?.appendedAtMs ?? 0) + 1))).toBe(end);
  expect(await run(offsetAt(log, AT, 0))).toBe(earliest);
  await run(log.trim(AT, all[10]?.offset ?? 0));
  expect(await run(offsetAt(log, AT, 0))).toBe(all[10]?.offset);
}

test("the offset at a time is found over the simulation, whose offsets have gaps", async () => {
  const clock = new VirtualClock();
  const log = new SimulatedCluster({ seed: 3, clock }).open();
  const run = async <Value>(asked: Promise<Value>): Promise<Value> => {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    asked.then(settle, settle);
    for (let step = 0; !settled && step < 10_000; step++) await clock.runFor(1);
    return asked;
  };
  await expectFound(log, (ms) => clock.runFor(ms), run);
});

test("the offset at a time is found over the embedded log", async () => {
  const { database, drop } = await testDatabase();
  const log = await openEmbeddedLog({ database, retainEveryMs: 0 });
  try {
    await expectFound(
      log,
      () => new Promise((resolve) => setTimeout(resolve, 3)),
      (asked) => asked,
    );
  } finally {
    await log.close();
    await drop();
  }
});
