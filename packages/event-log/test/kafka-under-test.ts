import { setTimeout as sleep } from "node:timers/promises";
import type { RunningKafka } from "@tenon/kafka-server";
import type { LogUnderTest } from "../src/conformance/index.ts";
import type { KafkaMember } from "../src/kafka/kafka-member.ts";
import { openKafkajsWire } from "../src/kafka/kafkajs-wire.ts";
import { openKafkaLog } from "../src/kafka/open-kafka-log.ts";
import { openPlatformaticWire } from "../src/kafka/platformatic-wire.ts";
import type { KafkaWire, WireOptions } from "../src/kafka/wire.ts";

/** Short, so that a lost member is noticed soon; long enough for a busy machine. */
const SESSION_MS = 4_000;

/** A running Kafka as the contract needs it. Its end is its owner's business. */
export function kafkaUnderTest(kafka: RunningKafka, client: "kafkajs" | "platformatic"): LogUnderTest {
  const { brokers } = kafka;
  return {
    open: () => openKafkaLog({ brokers, client, sessionMs: SESSION_MS }),
    pass: (ms) => sleep(ms),
    // As an operator removes a member: it learns of that with its next heartbeat.
    takeAway: async (_, member) => {
      const wire = await openWire("kafkajs", brokers);
      await wire.leaveGroup((member as KafkaMember).identity);
      await wire.close();
    },
    crash: async () => {
      await kafka.kill(1);
      await kafka.restart(1);
    },
    held: (member) => (member as KafkaMember).heldAhead,
    settleMs: 5_000,
    close: async () => {},
  };
}

/** A client's connection without a log around it. */
export function openWire(client: "kafkajs" | "platformatic", brokers: readonly string[]): Promise<KafkaWire> {
  const options: WireOptions = {
    ...{ brokers, clientId: "operator", replicas: undefined, compression: "none", topicConfig: () => ({}) },
    access: { tls: undefined, sasl: undefined },
  };
  return client === "kafkajs" ? openKafkajsWire(options) : openPlatformaticWire(options);
}
