import { kafkaMissing, type RunningKafka, type StartOptions, startKafka } from "@tenon/kafka-server";
import { afterAll, beforeAll, describe } from "vitest";
import { eventLogContract } from "../src/conformance/index.ts";
import { kafkaUnderTest } from "./kafka-under-test.ts";

/** Fetching the jars, once, and starting. */
const START_MS_MAX = 240_000;

interface Cluster extends Required<Pick<StartOptions, "version" | "nodes">> {
  /** Run when asked for: every run costs a minute or two. */
  readonly long: boolean;
}

const clusters: readonly Cluster[] = [
  { version: "4.3.0", nodes: 1, long: false },
  { version: "4.3.0", nodes: 3, long: true },
  { version: "3.9.2", nodes: 1, long: true },
];

for (const { version, nodes, long } of clusters) {
  const missing =
    long && process.env.TENON_LONG !== "1" ? "takes minutes: TENON_LONG=1 runs it" : kafkaMissing(version);
  describe(`Kafka ${version}, ${nodes === 1 ? "one node" : "three nodes"}`, () => {
    let kafka: RunningKafka | undefined;
    beforeAll(async () => {
      if (missing === undefined) kafka = await startKafka({ version, nodes, name: `test-${process.pid}-${nodes}` });
    }, START_MS_MAX);
    afterAll(async () => {
      await kafka?.stop();
    });
    for (const client of ["kafkajs", "platformatic"] as const)
      eventLogContract(client, async () => kafkaUnderTest(kafka as RunningKafka, client), { missing });
  });
}
