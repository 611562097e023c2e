import { expect } from "vitest";
import { measureLag } from "../api/lag.ts";
import { recordBytes } from "../api/record-size.ts";
import { expectCode, newRecord, numbered, PULL, type Suite, textOf } from "./support.ts";

/** Reading one partition outside any group, offsets and trimming. */
export function readingContract({ it }: Suite): void {
  it("a pull that finds nothing is empty: at once with waitMs 0, after its time otherwise", async (bench) => {
    const reader = await bench.reader(await bench.topic());
    expect(await bench.drive(reader.pull(PULL))).toEqual([]);
    expect(await bench.drive(reader.pull({ ...PULL, waitMs: 60 }))).toEqual([]);
  });

  it("a waiting pull brings what is appended meanwhile, by another process too", async (bench) => {
    const topic = await bench.topic();
    const reader = await bench.reader(topic);
    const other = await bench.open();
    const pulled = reader.pull({ ...PULL, waitMs: 20_000 });
    await bench.under.pass(30);
    await bench.append(other, [newRecord(topic, { text: "news" })]);
    expect((await bench.drive(pulled)).map(textOf)).toEqual(["news"]);
  });

  it("a signal ends the waiting with nothing, and the next pull goes on where it stood", async (bench) => {
    const topic = await bench.topic();
    const reader = await bench.reader(topic);
    const stop = new AbortController();
    const pulled = reader.pull({ ...PULL, waitMs: 600_000, signal: stop.signal });
    await bench.under.pass(20);
    stop.abort();
    expect(await bench.drive(pulled)).toEqual([]);
    await bench.append(await bench.log(), numbered(topic, 3));
    expect((await bench.pullAll(reader, 3)).map(textOf)).toEqual(["0", "1", "2"]);
  });

  it("a pull brings no more than its bounds allow, but always one record", async (bench) => {
    const topic = await bench.topic();
    const records = Array.from({ length: 40 }, (_, at) => newRecord(topic, { value: new Uint8Array(1_000).fill(at) }));
    await bench.append(await bench.log(), records);
    const reader = await bench.reader(topic);
    const five = await bench.pullAll(reader, 1, { recordsMax: 5 });
    expect(five.length).toBeLessThanOrEqual(5);
    const some = await bench.pullAll(reader, 1, { bytesMax: 3_300 });
    expect(some.reduce((bytes, record) => bytes + recordBytes(record), 0)).toBeLessThanOrEqual(3_300);
    expect(await bench.pullAll(reader, 1, { bytesMax: 10 })).toHaveLength(1);
    const rest = await bench.pullAll(reader, 40 - five.length - some.length - 1);
    expect([...five, ...some].length + 1 + rest.length).toBe(40);
  });

  it("pulls of one reader follow each other, also when they are asked for at once", async (bench) => {
    const topic = await bench.topic();
    await bench.append(await bench.log(), numbered(topic, 30));
    const reader = await bench.reader(topic);
    const pulls = Array.from({ length: 6 }, () => reader.pull({ ...PULL, recordsMax: 5, waitMs: 5_000 }));
    const read = (await bench.drive(Promise.all(pulls))).flat();
    expect(read.map(textOf)).toEqual(Array.from({ length: read.length }, (_, at) => String(at)));
    expect(read.length).toBeGreaterThan(0);
  });

  it("seek goes back and forward, past what was already fetched too", async (bench) => {
    const topic = await bench.topic();
    const appended = await bench.append(await bench.log(), numbered(topic, 50));
    const offsetOf = (at: number): number => appended[at]?.offset ?? -1;
    const reader = await bench.reader(topic, { fromOffset: offsetOf(10) });
    expect((await bench.pullAll(reader, 5, { recordsMax: 5 })).map(textOf)[0]).toBe("10");
    reader.seek(offsetOf(3));
    expect((await bench.pullAll(reader, 1)).map(textOf)[0]).toBe("3");
    reader.seek(offsetOf(48));
    expect((await bench.pullAll(reader, 2)).map(textOf)).toEqual(["48", "49"]);
    reader.seek(offsetOf(49) + 1);
    expect(await bench.drive(reader.pull(PULL))).toEqual([]);
  });

  it("a waiting pull follows a seek", async (bench) => {
    const topic = await bench.topic();
    const appended = await bench.append(await bench.log(), numbered(topic, 5));
    const reader = await bench.reader(topic, { fromOffset: (appended.at(-1)?.offset ?? 0) + 1 });
    const pulled = reader.pull({ ...PULL, waitMs: 20_000 });
    await bench.under.pass(20);
    reader.seek(appended[2]?.offset ?? 0);
    expect((await bench.drive(pulled)).map(textOf)[0]).toBe("2");
  });

  it("offsets tell earliest, end and newest time of every partition", async (bench) => {
    const topic = await bench.topic(2);
    const log = await bench.log();
    const [empty] = await bench.drive(log.offsets(topic.name));
    expect(empty?.earliest).toBe(empty?.end);
    expect(empty?.newestTimeMs).toBeUndefined();
    await bench.append(log, [newRecord(topic, { partition: 1, timeMs: 7 })]);
    const appended = await bench.append(log, [newRecord(topic, { partition: 1, timeMs: 5 })]);
    const offsets = await bench.drive(log.offsets(topic.name));
    expect(offsets.map(({ partition }) => partition)).toEqual([0, 1]);
    expect(offsets[1]).toMatchObject({ topic: topic.name, end: (appended[0]?.offset ?? 0) + 1, newestTimeMs: 5 });
    expect(offsets[1]?.earliest).toBeLessThan(offsets[1]?.end ?? 0);
  });

  it("what is trimmed is gone: a reader below it gets TENON1555, never a silent jump", async (bench) => {
    const topic = await bench.topic();
    const log = await bench.log();
    const appended = await bench.append(log, numbered(topic, 30));
    const from = appended[20]?.offset ?? 0;
    await bench.drive(log.trim({ topic: topic.name, partition: 0 }, from));
    expect((await bench.drive(log.offsets(topic.name)))[0]).toMatchObject({ earliest: from });
    const below = await bench.reader(topic);
    await expectCode(bench.drive(below.pull({ ...PULL, waitMs: 5_000 })), "TENON1555");
    const kept = await bench.pullAll(await bench.reader(topic, { fromOffset: from }), 10);
    expect(kept.map(textOf)).toEqual(numbered(topic, 10, 0, 20).map(textOf));
    below.seek(from);
    expect((await bench.pullAll(below, 1)).map(textOf)[0]).toBe("20");
  });

  it("trimming more than there is empties the partition, and trimming less than before changes nothing", async (bench) => {
    const topic = await bench.topic();
    const log = await bench.log();
    await bench.append(log, numbered(topic, 10));
    const { end } = (await bench.drive(log.offsets(topic.name)))[0] ?? { end: 0 };
    await bench.drive(log.trim({ topic: topic.name, partition: 0 }, end + 1_000));
    await bench.drive(log.trim({ topic: topic.name, partition: 0 }, 3));
    expect((await bench.drive(log.offsets(topic.name)))[0]).toMatchObject({ earliest: end, end });
    const [next] = await bench.append(log, [newRecord(topic, { text: "after" })]);
    expect(next?.offset).toBeGreaterThanOrEqual(end);
    expect((await bench.pullAll(await bench.reader(topic, { fromOffset: end }), 1)).map(textOf)).toEqual(["after"]);
  });

  it("an offset beyond the end is refused: the log has lost what its reader has read", async (bench) => {
    const topic = await bench.topic();
    await bench.append(await bench.log(), numbered(topic, 3));
    const reader = await bench.reader(topic, { fromOffset: 1_000 });
    await expectCode(bench.drive(reader.pull({ ...PULL, waitMs: 5_000 })), "TENON1557");
  });

  it("lag is told by offsets and by the age of the oldest record not read", async (bench) => {
    const topic = await bench.topic();
    const log = await bench.log();
    const appended = await bench.append(log, numbered(topic, 10));
    const at = { topic: topic.name, partition: 0 };
    const [oldest] = await bench.pullAll(await bench.reader(topic), 1, { recordsMax: 1 });
    const nowMs = (oldest?.appendedAtMs ?? 0) + 750;
    const [behind] = await bench.drive(measureLag(log, [{ ...at, nextOffset: appended[0]?.offset ?? 0 }], nowMs));
    expect(behind).toMatchObject({ ...at, ageMs: 750 });
    expect(behind?.offsets).toBeGreaterThanOrEqual(10);
    const end = (appended[9]?.offset ?? 0) + 1;
    const [current] = await bench.drive(measureLag(log, [{ ...at, nextOffset: end }], nowMs));
    expect(current).toMatchObject({ ...at, offsets: 0, ageMs: 0 });
  });

  it("closing the log ends a waiting pull", async (bench) => {
    const topic = await bench.topic();
    const log = await bench.open();
    const reader = await bench.drive(log.read({ topic: topic.name, partition: 0, fromOffset: 0 }));
    const pulled = reader.pull({ ...PULL, waitMs: 600_000 });
    pulled.catch(() => undefined);
    await bench.under.pass(20);
    await bench.drive(log.close());
    await expectCode(bench.drive(pulled), "TENON1558");
    await expectCode(bench.drive(reader.pull(PULL)), "TENON1558");
    await expectCode(bench.drive(log.append(numbered(topic, 1))), "TENON1558");
    await bench.drive(log.close());
  });
}
