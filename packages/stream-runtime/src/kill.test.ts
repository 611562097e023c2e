/** T1: workers killed with -9 at every named point, and at random; T2: two of them at once. Real processes, real Postgres. */
import { setTimeout as pause } from "node:timers/promises";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { SeededRandom } from "@tenon/event-log/simulation";
import { testDatabase } from "@tenon/postgres/testing";
import { expect, test } from "vitest";
import { KillHarness } from "../test/kill-harness.ts";
import { FAULT_POINTS, type FaultPoint } from "./index.ts";
import type { StoreMutant } from "./store/store-mutant.ts";

const TEST_MAX_MS = 180_000;
/** A worker that is stopped inside a transaction holds its locks until the server ends it: after 60 s by default. */
const IDLE_IN_TRANSACTION_MS_MAX = 1_000;

async function harness(more: { readonly mutant?: StoreMutant } = {}) {
  const { database, url, drop } = await testDatabase();
  // A worker that is stopped inside a transaction holds its rows until the server ends it: after 60 s, unless told otherwise.
  await database.execute(
    "do $$ begin execute format('alter database %I set idle_in_transaction_session_timeout = %L', current_database(), '2s'); end $$",
  );
  const log = await openEmbeddedLog({ database, leaseMs: 900, beatMs: 100 });
  const workerUrl = new URL(url);
  workerUrl.searchParams.set("options", `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS_MAX}`);
  const made = new KillHarness({ database: () => database, databaseUrl: () => workerUrl.href, log: () => log, more });
  await made.createTopics();
  const close = async () => {
    await made.stopAll();
    await log.close();
    await drop();
  };
  return { made, close };
}

/** Kills a worker at each point in turn, with events coming in all the time; then lets one finish. */
async function killAtEveryPoint(
  points: readonly FaultPoint[],
  seed: number,
  more: { readonly mutant?: StoreMutant } = {},
) {
  const { made, close } = await harness(more);
  try {
    const random = new SeededRandom(seed);
    for (const [index, point] of points.entries()) {
      await made.produce(200, seed * 100 + index);
      const child = await made.start({ kill: { point, pass: 1 + random.upTo(3) } });
      expect(await made.ended(child), `${point}: ${made.told.join("")}`).toBe("SIGKILL");
    }
    const last = await made.start();
    await made.caughtUp();
    await made.stop(last);
    return await made.compare();
  } finally {
    await close();
  }
}

test("killed at every named point, nothing is lost and nothing counts twice", { timeout: TEST_MAX_MS }, async () => {
  const [found, expected] = await killAtEveryPoint(FAULT_POINTS, 1);
  expect(found).toEqual(expected);
});

test("a store that commits the offset before what it stands for is noticed", { timeout: TEST_MAX_MS }, async () => {
  const [found, expected] = await killAtEveryPoint(["afterFence", "afterFence"], 2, { mutant: "offsetFirst" });
  expect(found).not.toEqual(expected);
});

test.each(["midBatch", "beforeCommit"] as const)(
  "an owner that is stopped at %s, and goes on when another has taken over, is fenced: at most a batch per partition is wasted",
  { timeout: TEST_MAX_MS },
  async (point) => {
    const { made, close } = await harness();
    try {
      await made.produce(400, 51);
      const old = await made.start({ kill: { point, pass: 3, signal: "SIGSTOP" } });
      const next = await made.start();
      await made.produce(200, 52);
      await made.caughtUp();
      old.kill("SIGCONT");
      await made.produce(200, 53);
      await made.caughtUp();
      await Promise.all([old, next].map((child) => made.stop(child)));
      const [found, expected] = await made.compare();
      expect(found).toEqual(expected);
      const fenced = made.reports.find(({ name }) => name === "worker-0")?.fenced;
      expect(fenced).toBeGreaterThan(0);
      // All it can have had at hand: one batch in each of the five partitions.
      expect(fenced).toBeLessThanOrEqual(5);
    } finally {
      await close();
    }
  },
);

test("15 kills at random, two workers at once", { timeout: TEST_MAX_MS }, async () => {
  const { made, close } = await harness();
  try {
    const random = new SeededRandom(3);
    await made.produce(500, 31);
    let pair = [await made.start(), await made.start()];
    for (let kill = 0; kill < 15; kill++) {
      await made.produce(150, 300 + kill);
      await pause(50 + random.upTo(250));
      const [first, second] = pair as [(typeof pair)[0], (typeof pair)[0]];
      await made.kill(first);
      pair = [second, await made.start()];
    }
    await made.caughtUp();
    await Promise.all(pair.map((child) => made.stop(child)));
    const [found, expected] = await made.compare();
    expect(found).toEqual(expected);
    expect(made.kills).toBe(15);
  } finally {
    await close();
  }
});
