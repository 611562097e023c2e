import { setTimeout as sleep } from "node:timers/promises";
import { openKafkaLog } from "@tenon/event-log/kafka";

/**
 * After the port is open the internal topics are still made for up to a second. Three nodes take 10 s, and 80 on two cores that
 * others keep busy.
 */
const READY_MS_MAX = 180_000;
const TRY_AGAIN_MS = 100;
const PROBE = { name: "tenon-ready", partitions: 1, retentionMs: 3_600_000 };

/**
 * Waits until a record was written and read back: an open port is not a log yet.
 *
 * @param alive whether the servers still run; there is no sense in waiting for dead ones
 */
export async function waitUntilReady(brokers: readonly string[], alive: () => boolean): Promise<void> {
  const untilMs = Date.now() + READY_MS_MAX;
  for (;;) {
    try {
      await writeAndReadBack(brokers);
      return;
    } catch (error) {
      if (!alive()) throw new Error("Kafka ended while it started", { cause: error });
      if (Date.now() > untilMs) throw new Error(`Kafka is not ready after ${READY_MS_MAX} ms`, { cause: error });
      await sleep(TRY_AGAIN_MS);
    }
  }
}

async function writeAndReadBack(brokers: readonly string[]): Promise<void> {
  const log = await openKafkaLog({ brokers, client: "kafkajs" });
  try {
    await log.createTopics([PROBE]);
    const mark = `${process.pid}-${Date.now()}`;
    const record = {
      topic: PROBE.name,
      partition: 0,
      key: mark,
      timeMs: Date.now(),
      headers: {},
      value: Buffer.from(mark),
    };
    const [appended] = await log.append([record]);
    const reader = await log.read({ topic: PROBE.name, partition: 0, fromOffset: appended?.offset ?? 0 });
    const [read] = await reader.pull({ recordsMax: 1, bytesMax: 1_000, waitMs: 5_000 });
    await reader.close();
    if (read?.key !== mark) throw new Error("the record written did not come back");
  } finally {
    await log.close();
  }
}
