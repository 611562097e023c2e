import { kafkaMissing, type RunningKafka, startKafka } from "@tenon/kafka-server";
import { afterAll, beforeAll, describe } from "vitest";
import { eventLogContract } from "../src/conformance/index.ts";
import { kafkaUnderTest } from "./kafka-under-test.ts";

const VERSION = process.env.TENON_KAFKA_VERSION ?? "4.3.0";
const missing = kafkaMissing(VERSION);
/** Fetching the jars, once, and starting. */
const START_MS_MAX = 240_000;

describe(`Kafka ${VERSION}`, () => {
  let kafka: RunningKafka | undefined;
  beforeAll(async () => {
    if (missing === undefined) kafka = await startKafka({ version: VERSION, name: `test-${process.pid}` });
  }, START_MS_MAX);
  afterAll(async () => {
    await kafka?.stop();
  });
  for (const client of ["kafkajs", "platformatic"] as const)
    eventLogContract(client, async () => kafkaUnderTest(kafka as RunningKafka, client), { missing });
});
