/**
 * Append and read rates over Kafka, by client. Usage, after `npm run kafka:up`:
 * node --conditions=@tenon/source packages/event-log/scripts/measure-kafka.ts 127.0.0.1:9092
 */
import type { NewRecord } from "../src/api/event-log.ts";
import { openKafkaLog } from "../src/kafka/open-kafka-log.ts";

const RECORDS = 200_000;
const CALL = 1_000;
const value = new Uint8Array(200).fill(120);
const brokers = process.argv.slice(2);

for (const client of ["kafkajs", "platformatic"] as const) {
  const log = await openKafkaLog({ brokers, client });
  const topic = { name: `measure-${client}-${Date.now()}`, partitions: 4, retentionMs: 3_600_000 };
  await log.createTopics([topic]);
  const recordsOf = (partition: number, count: number): NewRecord[] =>
    Array.from({ length: count }, (_, at) => ({
      topic: topic.name,
      partition,
      key: `k${at}`,
      timeMs: at,
      headers: {},
      value,
    }));
  const one = await timed(async () => {
    for (let at = 0; at < 200; at++) await log.append(recordsOf(0, 1));
    return 200;
  });
  const many = await timed(async () => {
    await Promise.all(
      [0, 1, 2, 3].map(async (partition) => {
        for (let at = 0; at < RECORDS / 4; at += CALL) await log.append(recordsOf(partition, CALL));
      }),
    );
    return RECORDS;
  });
  const read = await timed(async () => {
    const readers = await Promise.all(
      [0, 1, 2, 3].map((partition) => log.read({ topic: topic.name, partition, fromOffset: 0 })),
    );
    const counts = await Promise.all(
      readers.map(async (reader) => {
        let count = 0;
        while (count < RECORDS / 4)
          count += (await reader.pull({ recordsMax: 5_000, bytesMax: 8e6, waitMs: 1_000 })).length;
        await reader.close();
        return count;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  });
  console.log(`${client.padEnd(13)} one by one ${one}, append ${many}, read ${read}`);
  await log.close();
}

async function timed(work: () => Promise<number>): Promise<string> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const count = await work();
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return `${(count / seconds).toFixed(0)}/s (${((user + system) / count).toFixed(1)} µs CPU each)`;
}
