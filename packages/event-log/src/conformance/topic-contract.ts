import { expect } from "vitest";
import { expectCode, newRecord, type Suite } from "./support.ts";
import { joinOptions } from "./worker.ts";

/** Topics: made once, never changed, never made by mistake. */
export function topicContract({ it }: Suite): void {
  it("a topic is made once, by however many processes at once, and listed", async (bench) => {
    const topic = { name: bench.name("topic"), partitions: 3, retentionMs: 3_600_000 };
    const logs = await Promise.all([bench.open(), bench.open()]);
    await bench.drive(Promise.all(logs.map((log) => log.createTopics([topic]))));
    await bench.append(logs[0] as (typeof logs)[0], [newRecord(topic, { partition: 2 })]);
    await bench.drive((logs[1] as (typeof logs)[0]).createTopics([topic]));
    const listed = await bench.drive((logs[1] as (typeof logs)[0]).topics());
    expect(listed).toContainEqual({ topic: topic.name, partitions: 3 });
    expect((await bench.drive((await bench.log()).offsets(topic.name)))[2]).toMatchObject({ partition: 2 });
  });

  it("a topic that exists with other partitions is refused, and stays as it is", async (bench) => {
    const topic = await bench.topic(2);
    const log = await bench.log();
    await expectCode(bench.drive(log.createTopics([{ ...topic, partitions: 3 }])), "TENON1552");
    expect(await bench.drive(log.offsets(topic.name))).toHaveLength(2);
  });

  it("a topic or partition that was not made is refused by every call", async (bench) => {
    const log = await bench.log();
    const topic = await bench.topic(1);
    const unknown = { ...topic, name: bench.name("unknown") };
    await expectCode(bench.append(log, [newRecord(unknown)]), "TENON1553");
    await expectCode(bench.append(log, [newRecord(topic, { partition: 1 })]), "TENON1553");
    await expectCode(bench.drive(log.offsets(unknown.name)), "TENON1553");
    await expectCode(bench.drive(log.read({ topic: unknown.name, partition: 0, fromOffset: 0 })), "TENON1553");
    await expectCode(bench.drive(log.read({ topic: topic.name, partition: 1, fromOffset: 0 })), "TENON1553");
    await expectCode(bench.drive(log.trim({ topic: topic.name, partition: 1 }, 1)), "TENON1553");
    await expectCode(bench.drive(log.join(joinOptions(bench.name("group"), [unknown.name]))), "TENON1553");
    expect((await bench.drive(log.topics())).map((each) => each.topic)).not.toContain(unknown.name);
  });

  it("options out of range are refused", async (bench) => {
    const log = await bench.log();
    const topic = await bench.topic(1);
    const join = joinOptions(bench.name("group"), [topic.name]);
    await expectCode(bench.drive(log.join({ ...join, topics: [] })), "TENON1561");
    await expectCode(bench.drive(log.join({ ...join, queueRecordsMax: 0 })), "TENON1561");
    await expectCode(bench.drive(log.join({ ...join, drainMs: -1 })), "TENON1561");
    const reader = await bench.reader(topic);
    await expectCode(bench.drive(reader.pull({ recordsMax: 0, bytesMax: 1, waitMs: 0 })), "TENON1561");
    await expectCode(bench.drive(log.trim({ topic: topic.name, partition: 0 }, -1)), "TENON1561");
  });
}
