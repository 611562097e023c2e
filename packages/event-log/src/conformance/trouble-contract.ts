import { expect } from "vitest";
import type { EventLog, LogRecord } from "../api/event-log.ts";
import { recordBytes } from "../api/record-size.ts";
import { expectCode, newRecord, numbered, PULL, type Suite, textOf } from "./support.ts";
import { GroupStore, joinOptions, Worker } from "./worker.ts";

/** Groups in trouble: lost partitions, full queues, failing owners, crashes. */
export function troubleContract({ it, under }: Suite): void {
  it("a partition lost without warning is reported, not delivered any more, and read on by its next owner", async (bench) => {
    const topic = await bench.topic(2);
    const store = new GroupStore();
    const log = await bench.open();
    const worker = await Worker.start(bench, log, {
      name: "a",
      group: bench.name("group"),
      topics: [topic.name],
      store,
    });
    await bench.append(log, [...numbered(topic, 10, 0), ...numbered(topic, 10, 1)]);
    await bench.until("it is read", () => store.applied.length >= 20);
    await bench.drive(bench.under.takeAway(log, worker.member));
    await bench.until("both are lost", () => store.events.filter((event) => event.startsWith("a lost")).length === 2);
    expect(store.events.filter((event) => event.includes("revoked"))).toEqual([]);
    await bench.until("both are back", () => worker.assigned.length === 2);
    await bench.append(log, [...numbered(topic, 10, 0, 10), ...numbered(topic, 10, 1, 10)]);
    await bench.until("it is read on", () => store.applied.length >= 40);
    for (const partition of [0, 1])
      expect(store.of(topic.name, partition).map(textOf)).toEqual(numbered(topic, 20).map(textOf));
    await bench.drive(worker.member.leave());
  });

  it("what is held ahead of the pulls stays within its bounds, and nothing is lost by that", async (bench) => {
    const topic = await bench.topic(1);
    const log = await bench.open();
    const records = Array.from({ length: 600 }, (_, at) => newRecord(topic, { text: `${at}`.padStart(1_000, " ") }));
    await bench.append(log, records);
    const bounds = { queueRecordsMax: 40, queueBytesMax: 30_000 };
    const member = await bench.drive(log.join(joinOptions(bench.name("group"), [topic.name], bounds)));
    await bench.until("it is assigned", () => member.assigned.length === 1);
    const read: LogRecord[] = [];
    while (read.length < 600) {
      // A slow reader: the log has time to fetch more than it may.
      if (read.length % 3 === 0) await bench.under.pass(2);
      const { records: held, bytes } = bench.under.held(member);
      expect(held).toBeLessThanOrEqual(bounds.queueRecordsMax);
      expect(bytes).toBeLessThanOrEqual(bounds.queueBytesMax);
      const pulled = await bench.drive(
        member.pull({ topic: topic.name, partition: 0 }, { recordsMax: 25, bytesMax: 20_000, waitMs: 500 }),
      );
      expect(pulled.reduce((sum, record) => sum + recordBytes(record), 0)).toBeLessThanOrEqual(20_000);
      read.push(...pulled);
    }
    expect(read.map((record) => textOf(record).trim())).toEqual(records.map((_, at) => String(at)));
    await bench.drive(member.leave());
  });

  it("a record larger than the queue still comes through", async (bench) => {
    const topic = await bench.topic(1);
    const log = await bench.open();
    await bench.append(log, [newRecord(topic), newRecord(topic, { value: new Uint8Array(400_000) }), newRecord(topic)]);
    const member = await bench.drive(
      log.join(joinOptions(bench.name("group"), [topic.name], { queueBytesMax: 1_000 })),
    );
    await bench.until("it is assigned", () => member.assigned.length === 1);
    const pull = (options: object) => member.pull({ topic: topic.name, partition: 0 }, { ...PULL, ...options });
    const read = await bench.pullAll({ pull }, 3);
    expect(read.map(({ value }) => value.byteLength)).toEqual([1, 400_000, 1]);
    await bench.drive(member.leave());
  });

  it("a member's seek continues elsewhere, and what was queued is not delivered", async (bench) => {
    const topic = await bench.topic(1);
    const at = { topic: topic.name, partition: 0 };
    const log = await bench.open();
    const appended = await bench.append(log, numbered(topic, 200));
    const member = await bench.drive(log.join(joinOptions(bench.name("group"), [topic.name])));
    await bench.until("it is assigned", () => member.assigned.length === 1);
    const pull = (options: object) => member.pull(at, { ...PULL, ...options });
    expect((await bench.pullAll({ pull }, 10, { recordsMax: 10 })).map(textOf)[0]).toBe("0");
    await bench.under.pass(50);
    await bench.drive(member.seek(at, appended[150]?.offset ?? 0));
    expect((await bench.pullAll({ pull }, 1)).map(textOf)[0]).toBe("150");
    await bench.drive(member.seek(at, appended[20]?.offset ?? 0));
    expect((await bench.pullAll({ pull }, 180)).map(textOf)).toEqual(numbered(topic, 180, 0, 20).map(textOf));
    await bench.drive(member.report(at, appended[199]?.offset ?? 0));
    await bench.drive(member.leave());
  });

  it("a member whose store names a trimmed offset gets TENON1555, and goes on after a seek", async (bench) => {
    const topic = await bench.topic(1);
    const at = { topic: topic.name, partition: 0 };
    const log = await bench.open();
    const appended = await bench.append(log, numbered(topic, 20));
    const from = appended[10]?.offset ?? 0;
    await bench.drive(log.trim(at, from));
    const member = await bench.drive(log.join(joinOptions(bench.name("group"), [topic.name])));
    await bench.until("it is assigned", () => member.assigned.length === 1);
    await expectCode(bench.drive(member.pull(at, { ...PULL, waitMs: 10_000 })), "TENON1555");
    await bench.drive(member.seek(at, from));
    const pull = (options: object) => member.pull(at, { ...PULL, ...options });
    expect((await bench.pullAll({ pull }, 10)).map(textOf)).toEqual(numbered(topic, 10, 0, 10).map(textOf));
    await bench.drive(member.leave());
  });

  it("a member whose store fails leaves the group and says so; the others take over", async (bench) => {
    const topic = await bench.topic(2);
    const group = bench.name("group");
    const store = new GroupStore();
    const failures: Error[] = [];
    await bench.drive(
      (await bench.open()).join(
        joinOptions(group, [topic.name], {
          member: "broken",
          onAssigned: () => Promise.reject(new Error("the store is away")),
          onFailed: (error) => failures.push(error),
        }),
      ),
    );
    await bench.until("it has failed", () => failures.length === 1);
    expect(failures[0]).toMatchObject({ code: "TENON1562" });
    const worker = await Worker.start(bench, await bench.open(), { name: "b", group, topics: [topic.name], store });
    await bench.append(await bench.log(), [...numbered(topic, 5, 0), ...numbered(topic, 5, 1)]);
    await bench.until("the other has all", () => worker.assigned.length === 2 && store.applied.length === 10);
    expect(failures).toHaveLength(1);
    await bench.drive(worker.member.leave());
  });

  it("closing the log while members pull ends them, and their partitions go to others", async (bench) => {
    const topic = await bench.topic(2);
    const group = bench.name("group");
    const store = new GroupStore();
    const log = await bench.open();
    const a = await Worker.start(bench, log, { name: "a", group, topics: [topic.name], store });
    await bench.until("a has both", () => a.assigned.length === 2);
    await bench.drive(log.close());
    await bench.until("a has stopped", () => a.running === 0);
    const b = await Worker.start(bench, await bench.open(), { name: "b", group, topics: [topic.name], store });
    await bench.append(await bench.log(), [...numbered(topic, 5, 0), ...numbered(topic, 5, 1)]);
    await bench.until("b has read all", () => store.applied.length === 10);
    expect(a.failures).toEqual([]);
    await bench.drive(b.member.leave());
  });

  it("what append has resolved survives a crash of the servers, and reading and appending go on; a trim may be forgotten, whole", async (bench) => {
    const { crash } = under();
    if (crash === undefined) return;
    const topic = await bench.topic(2);
    const log = await bench.open();
    const store = new GroupStore();
    const worker = await Worker.start(bench, log, {
      name: "a",
      group: bench.name("group"),
      topics: [topic.name],
      store,
    });
    await bench.append(log, [...numbered(topic, 50, 0), ...numbered(topic, 50, 1)]);
    const trimmed = await trimmedTopic(bench, log);
    await bench.drive(crash());
    await untilAnswered(bench, () => log.append(numbered(topic, 50, 0, 50)));
    await untilAnswered(bench, () => log.append(numbered(topic, 50, 1, 50)));
    // An append whose outcome was unknown may have been there: the text tells twice-written ones.
    const seen = (partition: number) => [...new Set(store.of(topic.name, partition).map(textOf))];
    await bench.until("all is applied", () => seen(0).length + seen(1).length >= 200 || worker.failures.length > 0);
    expect(worker.failures).toEqual([]);
    for (const partition of [0, 1]) expect(seen(partition)).toEqual(numbered(topic, 100).map(textOf));
    await trimmed.check();
    await bench.drive(worker.member.leave());
  }, 120_000);
}

type Bench = Parameters<Parameters<Suite["it"]>[1]>[0];

/** A topic of 40 records whose first 25 are trimmed; and its check after a crash, which may have forgotten that. */
async function trimmedTopic(bench: Bench, log: EventLog): Promise<{ readonly check: () => Promise<void> }> {
  const topic = await bench.topic(1);
  const at = { topic: topic.name, partition: 0 };
  const appended = await bench.append(log, numbered(topic, 40));
  const from = appended[25]?.offset ?? 0;
  const trim = async () => {
    await bench.drive(log.trim(at, from));
    expect((await bench.drive(log.offsets(topic.name)))[0]?.earliest).toBe(from);
  };
  const check = async () => {
    const earliest = (await bench.drive(log.offsets(topic.name)))[0]?.earliest ?? Number.NaN;
    const left = appended.findIndex(({ offset }) => offset === earliest);
    // Forgotten, or kept: the log begins at a record that was there, and not behind the trim.
    expect(left >= 0 && left <= 25, `the log begins at ${earliest}`).toBe(true);
    const reader = await bench.reader(topic, { fromOffset: earliest });
    const read = await bench.pullAll(reader, 40 - left);
    expect(read.map(textOf)).toEqual(numbered(topic, 40 - left, 0, left).map(textOf));
    await trim();
    const below = await bench.reader(topic, { fromOffset: from - 1 });
    await expectCode(bench.drive(below.pull({ ...PULL, waitMs: 10_000 })), "TENON1555");
  };
  await trim();
  return { check };
}

/** Asks again while servers come back; appends again while the outcome is unknown, as a relay does. */
async function untilAnswered<Answer>(bench: Bench, ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await bench.drive(ask());
    } catch (error) {
      if (attempt >= 50) throw error;
      await bench.under.pass(200);
    }
  }
}
