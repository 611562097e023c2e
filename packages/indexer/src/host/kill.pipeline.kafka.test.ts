/** As kill.pipeline.test.ts, with the log in a real Kafka. */
import { kafkaMissing, startKafka } from "@tenon/kafka-server";
import { test } from "vitest";
import { tellTheStory } from "../../test/kill-story.ts";
import { KillWorld } from "../../test/kill-world.ts";

const VERSION = "4.3.0";
const missing = kafkaMissing(VERSION);
const LONG = process.env.TENON_LONG !== undefined;
/** Fetching the jars, once, is part of it. */
const TEST_MAX_MS = LONG ? 1_800_000 : 420_000;

test("Kafka: killed at named moments and at random, base and deltas are what the source says", {
  timeout: TEST_MAX_MS,
}, async ({ skip }) => {
  skip(missing !== undefined && process.env.CI !== "true", missing ?? "");
  const kafka = await startKafka({ version: VERSION, name: `pipeline-${process.pid}` });
  try {
    const world = await KillWorld.begin({ seed: 23, ads: LONG ? 600 : 80, kafkaBrokers: kafka.brokers });
    try {
      await tellTheStory(world, { moments: LONG ? 7 : 1 });
    } finally {
      await world.end();
    }
  } finally {
    await kafka.stop();
  }
});
