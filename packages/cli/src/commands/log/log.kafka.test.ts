/** The same looks over a log that is on Kafka: the same text, and nothing changes. */
import { kafkaMissing, type RunningKafka, startKafka } from "@tenon/kafka-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { golden } from "../../testing/golden.ts";
import { masked } from "../../testing/masked.ts";
import { runLine } from "../../testing/run-line.ts";
import { type SeededStores, seededStores } from "../../testing/seeded-stores.ts";

const VERSION = "4.3.0";
const missing = kafkaMissing(VERSION);
/** Fetching the jars, once, is part of it. */
const START_MS_MAX = 240_000;
const TEST_MS_MAX = 60_000;

describe("tenon log over Kafka", { skip: missing !== undefined, timeout: TEST_MS_MAX }, () => {
  let kafka: RunningKafka;
  let stores: SeededStores;
  beforeAll(async () => {
    kafka = await startKafka({ version: VERSION, name: `test-cli-${process.pid}` });
    stores = await seededStores(kafka.brokers);
  }, START_MS_MAX);
  afterAll(async () => {
    await stores.drop();
    await kafka.stop();
  });

  const tenon = (line: string) =>
    runLine(line, { environment: { DATABASE_URL: stores.url, KAFKA_BROKERS: kafka.brokers.join() } });

  /** All that a command could change, on both sides. */
  async function everything(): Promise<unknown> {
    const { operations, log } = stores;
    const offsets = await Promise.all((await log.topics()).map(({ topic }) => log.offsets(topic)));
    // Only its age goes on.
    const status = (await operations.status()).map((each) => ({ ...each, quietMs: 0 }));
    return { status, offsets: offsets.toSorted(byTopic) };
  }

  for (const [file, line] of [
    ["log-status.txt", "log status"],
    ["log-rewind-dry-run.txt", "log rewind ad-counts --to earliest --dry-run"],
  ] as const) {
    test(`tenon ${line} says what it says over a log in Postgres`, async () => {
      const before = await everything();
      const { exitCode, out, talk } = await tenon(line);
      expect([exitCode, talk]).toEqual([0, ""]);
      await expect(masked(out)).toMatchFileSnapshot(golden(file));
      expect(await everything(), "a look changes nothing").toEqual(before);
    });
  }

  test("tenon log drain --dry-run says what it would do, and does not do it", async () => {
    const before = await everything();
    const { exitCode, out, talk } = await tenon("log drain ad-counts --dry-run");
    expect([exitCode, talk]).toEqual([0, ""]);
    expect(out).toContain('task "ad-counts"');
    expect(await everything()).toEqual(before);
  });

  test("tenon log topics and read show what is on the brokers", async () => {
    const { exitCode, out } = await tenon("log topics");
    expect([exitCode, out]).toEqual([0, expect.stringContaining("unique-ad-events")]);
    const read = await tenon("log read ad-events --partition 3 --max 2");
    expect([read.exitCode, read.out]).toEqual([0, expect.stringContaining("eventId: text of 2")]);
  });
});

function byTopic(one: readonly { readonly topic: string }[], other: readonly { readonly topic: string }[]): number {
  return (one[0]?.topic ?? "") < (other[0]?.topic ?? "") ? -1 : 1;
}
