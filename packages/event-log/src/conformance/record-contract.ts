import { expect } from "vitest";
import type { NewRecord } from "../api/event-log.ts";
import { VALUE_BYTES_MAX } from "../api/limits.ts";
import { expectCode, newRecord, numbered, PULL, type Suite, textOf } from "./support.ts";

/** Appending, and what comes back of it. */
export function recordContract({ it }: Suite): void {
  it("records come back in order with their key, time, headers and bytes, at the offsets that append told", async (bench) => {
    const topic = await bench.topic();
    const log = await bench.log();
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const records: NewRecord[] = [
      newRecord(topic, { key: "ключ-🗝", headers: { "a b": "ü\u0000\n", empty: "" }, value: bytes, timeMs: 1 }),
      newRecord(topic, { key: "", value: new Uint8Array(0), timeMs: 0 }),
      newRecord(topic, { key: "nul\u0000", timeMs: 4_102_444_800_000 }),
      newRecord(topic, { headers: Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`h${at}`, `${at}`])) }),
    ];
    const appended = await bench.append(log, records);
    const read = await bench.pullAll(await bench.reader(topic), records.length);
    expect(
      read.map(({ key, timeMs, headers, value, topic: name, partition }) => ({
        ...{ key, timeMs, headers: { ...headers }, topic: name, partition },
        value: [...value],
      })),
    ).toEqual(records.map((record) => ({ ...record, value: [...record.value] })));
    expect(read.map(({ topic: name, partition, offset }) => ({ topic: name, partition, offset }))).toEqual(appended);
    for (const [at, { offset }] of read.entries()) expect(offset).toBeGreaterThan(read[at - 1]?.offset ?? -1);
    expect(read.every(({ appendedAtMs }) => Number.isSafeInteger(appendedAtMs) && appendedAtMs > 0)).toBe(true);
  });

  it("what one process appended is there for every other one as soon as append resolves", async (bench) => {
    const topic = await bench.topic();
    await bench.append(await bench.log(), numbered(topic, 100));
    const other = await bench.open();
    const read = await bench.pullAll(await bench.reader(topic, { log: other }), 100);
    expect(read.map(textOf)).toEqual(numbered(topic, 100).map(textOf));
  });

  it("records of several partitions in one call are answered in the order of the call", async (bench) => {
    const topic = await bench.topic(3);
    const records = Array.from({ length: 30 }, (_, at) =>
      newRecord(topic, { partition: (at * 7) % 3, text: String(at) }),
    );
    const appended = await bench.append(await bench.log(), records);
    expect(appended.map(({ partition }) => partition)).toEqual(records.map(({ partition }) => partition));
    for (const partition of [0, 1, 2]) {
      const read = await bench.pullAll(await bench.reader(topic, { partition }), 10);
      expect(read.map(textOf)).toEqual(records.filter((record) => record.partition === partition).map(textOf));
      const told = appended.filter((each) => each.partition === partition).map(({ offset }) => offset);
      expect(read.map(({ offset }) => offset)).toEqual(told);
    }
  });

  it("processes that append to one partition at once lose nothing, and each one's records stay in order", async (bench) => {
    const topic = await bench.topic();
    const logs = await Promise.all([bench.open(), bench.open(), bench.open()]);
    const calls = logs.flatMap((log, process) =>
      Array.from({ length: 20 }, (_, call) =>
        log.append(
          Array.from({ length: 5 }, (_, at) =>
            newRecord(topic, { key: `${process}`, text: `${process}:${call * 5 + at}` }),
          ),
        ),
      ),
    );
    const offsets = (await bench.drive(Promise.all(calls))).flat().map(({ offset }) => offset);
    expect(new Set(offsets).size).toBe(300);
    const read = await bench.pullAll(await bench.reader(topic), 300);
    expect(read.map(({ offset }) => offset)).toEqual(offsets.toSorted((a, b) => a - b));
    for (const process of [0, 1, 2]) {
      const own = read.filter(({ key }) => key === `${process}`).map(textOf);
      expect(own).toEqual(Array.from({ length: 100 }, (_, at) => `${process}:${at}`));
    }
  });

  it("values of the largest size go through, also many in one call", async (bench) => {
    const topic = await bench.topic(2);
    const large = (fill: number, partition: number) =>
      newRecord(topic, { partition, value: new Uint8Array(VALUE_BYTES_MAX).fill(fill) });
    const records = Array.from({ length: 8 }, (_, at) => large(at + 1, at % 2));
    await bench.append(await bench.log(), records);
    for (const partition of [0, 1]) {
      const read = await bench.pullAll(await bench.reader(topic, { partition }), 4);
      expect(read.map(({ value }) => [value.byteLength, value[0], value.at(-1)])).toEqual(
        records
          .filter((record) => record.partition === partition)
          .map(({ value }) => [VALUE_BYTES_MAX, value[0], value[0]]),
      );
    }
  });

  it("a call with a record that is refused appends none of its records", async (bench) => {
    const topic = await bench.topic();
    const log = await bench.log();
    const tooLarge = newRecord(topic, { value: new Uint8Array(VALUE_BYTES_MAX + 1) });
    await expectCode(bench.append(log, [newRecord(topic), tooLarge]), "TENON1554");
    await expectCode(bench.append(log, [newRecord(topic), newRecord(topic, { partition: 1 })]), "TENON1553");
    await bench.append(log, [newRecord(topic, { text: "first" })]);
    expect((await bench.pullAll(await bench.reader(topic), 1)).map(textOf)).toEqual(["first"]);
    expect(await bench.append(log, [])).toEqual([]);
  });

  it("the caller's bytes are the caller's: changing them after append changes nothing in the log", async (bench) => {
    const topic = await bench.topic();
    const value = Buffer.from("before");
    await bench.append(await bench.log(), [newRecord(topic, { value })]);
    value.fill("z");
    const [read] = await bench.pullAll(await bench.reader(topic), 1);
    expect(textOf(read as NewRecord)).toBe("before");
    expect(
      (await bench.drive((await bench.reader(topic, { fromOffset: (read?.offset ?? 0) + 1 })).pull(PULL))).length,
    ).toBe(0);
  });
}
