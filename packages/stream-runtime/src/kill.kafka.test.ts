/** T7: the same workers over a real Kafka. Workers and the broker are killed; Postgres keeps the offsets. */
import { setTimeout as pause } from "node:timers/promises";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { SeededRandom } from "@tenon/event-log/simulation";
import { kafkaMissing, startKafka } from "@tenon/kafka-server";
import { testDatabase } from "@tenon/postgres/testing";
import { expect, test } from "vitest";
import { KillHarness } from "../test/kill-harness.ts";

const VERSION = "4.3.0";
const missing = kafkaMissing(VERSION);
/** Fetching the jars, once, is part of it. */
const TEST_MAX_MS = 240_000;

test.for(["kafkajs", "platformatic"] as const)(
  "%s: workers and the broker are killed, nothing is lost and nothing counts twice",
  { timeout: TEST_MAX_MS },
  async (client, { skip }) => {
    skip(missing !== undefined && process.env.CI !== "true", missing ?? "");
    // A broker of its own: one that is killed forgets what was trimmed just before.
    const kafka = await startKafka({ version: VERSION, name: `kills-${client}-${process.pid}` });
    const { database, url, drop } = await testDatabase();
    const log = await openKafkaLog({ brokers: kafka.brokers, client: "kafkajs", sessionMs: 6_000 });
    const more = { kafka: { brokers: kafka.brokers, client } };
    const made = new KillHarness({ database: () => database, databaseUrl: () => url, log: () => log, more });
    try {
      await made.createTopics();
      const random = new SeededRandom(7);
      await made.produce(300, 70);
      let worker = await made.start();
      for (let kill = 0; kill < 3; kill++) {
        await pause(200 + random.upTo(800));
        await made.kill(worker);
        if (kill === 1) {
          await kafka.kill(1);
          await kafka.restart(1);
        }
        await made.produce(200, 700 + kill);
        worker = await made.start();
      }
      await made.caughtUp();
      await made.stop(worker);
      const [found, expected] = await made.compare();
      expect(found).toEqual(expected);
    } finally {
      await made.stopAll();
      await log.close();
      await drop();
      await kafka.stop();
    }
  },
);
