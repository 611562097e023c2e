/** As roles.test.ts, with the log in a real Kafka. */
import { kafkaMissing, startKafka } from "@tenon/kafka-server";
import { test } from "vitest";
import { tellOfRoles } from "../../test/roles-story.ts";

const VERSION = "4.3.0";
const missing = kafkaMissing(VERSION);
const LONG = process.env["TENON_LONG"] === "1";
const PAIRS = [["gateway", "updater"], ["argus", "batch"], ["admixer"]];
const ALONE = [["gateway"], ["updater"], ["argus"], ["batch"], ["admixer"]];

test("Kafka: processes of each role share the work; one of each is killed, and nothing is lost or stale", {
  timeout: LONG ? 1_800_000 : 420_000,
}, async ({ skip }) => {
  const inCi = process.env["CI"] === "true";
  skip(missing !== undefined && !inCi, missing ?? "");
  skip(!inCi && !LONG, "two minutes on two cores: CI and TENON_LONG=1 run it");
  const kafka = await startKafka({ version: VERSION, name: `roles-${process.pid}` });
  try {
    const processes = LONG ? ALONE : PAIRS;
    await tellOfRoles({ seed: 41, ads: LONG ? 300 : 80, kafkaBrokers: kafka.brokers, processes });
  } finally {
    await kafka.stop();
  }
});
