/** TLS, passwords and compression over a real Kafka, and what is said when the brokers refuse. */
import { inspect } from "node:util";
import { GraphError } from "@tenon/graph-core";
import { kafkaMissing, type RunningKafka, startKafka } from "@tenon/kafka-server";
import { Kafka } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventLog } from "../src/api/index.ts";
import type { KafkaLogOptions } from "../src/kafka/open-kafka-log.ts";
import { openKafkaLog } from "../src/kafka/open-kafka-log.ts";
import { openWire } from "./kafka-under-test.ts";

const VERSION = "4.3.0";
const missing = kafkaMissing(VERSION);
const START_MS_MAX = 240_000;
const TEST_MS_MAX = 60_000;
const PASSWORD = "alice-s-secret-4711";
const RETENTION_MS = 3_600_000;
const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;

describe.for(["kafkajs", "platformatic"] as const)(
  "%s",
  { skip: missing !== undefined, timeout: TEST_MS_MAX },
  (client) => {
    let kafka: RunningKafka;

    beforeAll(async () => {
      kafka = await startKafka({
        version: VERSION,
        name: `test-access-${client}-${process.pid}`,
        users: { alice: PASSWORD },
      });
    }, START_MS_MAX);
    afterAll(async () => {
      await kafka.stop();
    });

    async function withLog(options: Partial<KafkaLogOptions>, work: (log: EventLog) => Promise<void>): Promise<void> {
      const log = await openKafkaLog({ brokers: kafka.secure.brokers, client, ...options });
      try {
        await work(log);
      } finally {
        await log.close();
      }
    }

    const tls = () => ({ ca: kafka.secure.certificate });
    const alice = (mechanism: (typeof MECHANISMS)[number], password = PASSWORD) => ({
      mechanism,
      username: "alice",
      password,
    });

    async function writeAndRead(log: EventLog, name: string, text: string): Promise<string> {
      const facts = { topic: name, partition: 0, key: "k", timeMs: 1, headers: {} };
      await log.createTopics([{ name, partitions: 1, retentionMs: RETENTION_MS }]);
      const [written] = await log.append([{ ...facts, value: Buffer.from(text) }]);
      const reader = await log.read({ topic: name, partition: 0, fromOffset: written?.offset ?? 0 });
      const [read] = await reader.pull({ recordsMax: 1, bytesMax: 1e6, waitMs: 10_000 });
      await reader.close();
      return Buffer.from(read?.value ?? []).toString();
    }

    test.for(MECHANISMS)("a user comes in over TLS by %s, writes and reads", async (mechanism) => {
      await withLog({ tls: tls(), sasl: alice(mechanism) }, async (log) => {
        expect(await writeAndRead(log, `access-${mechanism}`, mechanism)).toBe(mechanism);
      });
    });

    const refused = async (options: Partial<KafkaLogOptions>): Promise<GraphError> => {
      let error: unknown;
      await withLog(options, async (log) => {
        error = await log.topics().then(
          () => "it came in",
          (failure: unknown) => failure,
        );
      });
      expect(error).toBeInstanceOf(GraphError);
      return error as GraphError;
    };

    test.for(MECHANISMS)("a wrong password is refused by name and never told, by %s", async (mechanism) => {
      const wrong = "not-the-password-0815";
      const error = await refused({ tls: tls(), sasl: alice(mechanism, wrong) });
      expect(error).toMatchObject({ code: "TENON1567", detail: expect.stringContaining("password") });
      const told = [inspect(error, { depth: 20, showHidden: true }), String(error.stack), JSON.stringify(error)].join();
      expect(told).not.toContain(wrong);
      expect(told).not.toContain(Buffer.from(wrong).toString("base64"));
    });

    test("a certificate that nobody here vouches for is refused by name", async () => {
      const error = await refused({ tls: true, sasl: alice("scram-sha-256") });
      expect(error).toMatchObject({ code: "TENON1567", detail: expect.stringContaining("certificate") });
      expect(inspect(error, { depth: 20 })).not.toContain(PASSWORD);
    });

    test.for(["gzip", "zstd"] as const)("what is appended with %s comes back", async (compression) => {
      const text = "ad ".repeat(5_000);
      await withLog({ brokers: kafka.brokers, compression }, async (log) => {
        expect(await writeAndRead(log, `written-${compression}`, text)).toBe(text);
      });
    });

    test.for([
      ["gzip", 1],
      ["snappy", 2],
      ["lz4", 3],
      ["zstd", 4],
    ] as const)("what others wrote with %s is read", async ([compression, kind]) => {
      const name = `others-${compression}`;
      const admin = new Kafka({ brokers: [...kafka.brokers] }).admin();
      await admin.connect();
      // Then the broker itself compresses what it is sent, as Java does.
      const configEntries = [{ name: "compression.type", value: compression }];
      await admin.createTopics({ topics: [{ topic: name, numPartitions: 1, configEntries }] });
      await admin.disconnect();
      const text = Array.from({ length: 20_000 }, (_, at) => `ad ${at * 7_919}`).join();
      await withLog({ brokers: kafka.brokers }, async (log) => {
        expect(await writeAndRead(log, name, text)).toBe(text);
      });
      const wire = await openWire(client, kafka.brokers);
      const [leader = 0] = (await wire.leadersOf(name)) ?? [];
      const request = { topic: name, partition: 0, offset: 0, bytesMax: 1 };
      const [answer] = await wire.fetch(leader, [request], { maxWaitMs: 0, bytesMax: 1 }, "call");
      await wire.close();
      expect(Buffer.from(answer?.batches ?? []).readInt16BE(21) & 7).toBe(kind);
      expect(answer?.batches.length).toBeLessThan(text.length);
    });
  },
);
