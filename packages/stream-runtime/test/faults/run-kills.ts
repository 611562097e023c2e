/** Workers killed at random, again and again, over a log; compared with the oracle every so many kills. */
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { SeededRandom } from "@tenon/event-log/simulation";
import { openDatabase } from "@tenon/postgres";
import { KillHarness } from "../kill-harness.ts";
import { type OwnServer, ownServer } from "../own-server.ts";

export interface KillsSummary {
  readonly kills: number;
  readonly crashes: number;
  readonly events: number;
  readonly problems: readonly string[];
}

/** Kills between two comparisons: each round begins with an empty database. */
const ROUND_KILLS = 50;
/** Of the rounds' kills, one in so many is one of the server. */
const CRASH_EVERY = 10;

/** T1 and T4: random kills of workers, and of the server, over the embedded log. */
export async function runKills(seed: number, kills: number, onRound: (kills: number) => void): Promise<KillsSummary> {
  const own = await ownServer();
  const problems: string[] = [];
  let done = 0;
  let killed = 0;
  let crashes = 0;
  let events = 0;
  try {
    while (done < kills) {
      const round = Math.min(ROUND_KILLS, kills - done);
      const result = await killRound(own, seed + done, round);
      done += round;
      killed += result.kills;
      crashes += result.crashes;
      events += result.events;
      if (result.problem !== undefined) problems.push(`kills from seed ${seed + done - round}: ${result.problem}`);
      onRound(done);
    }
  } finally {
    await own.stop();
  }
  return { kills: killed, crashes, events, problems };
}

async function killRound(own: OwnServer, seed: number, kills: number) {
  const name = `kills_${seed}`;
  await own.database.execute(`create database ${name}`);
  const url = own.url.replace(/\/postgres$/, `/${name}`);
  const database = await openDatabase({ url, connectionsMax: 10 });
  const log = await openEmbeddedLog({ database, leaseMs: 900, beatMs: 100 });
  const harness = new KillHarness({ database: () => database, databaseUrl: () => url, log: () => log });
  const random = new SeededRandom(seed);
  let crashes = 0;
  try {
    await harness.createTopics();
    await harness.produce(300, seed);
    await harness.supervise(2);
    for (let kill = 0; kill < kills; kill++) {
      await harness.produce(80, seed * 1_000 + kill);
      await pause(50 + random.upTo(400));
      await harness.kill(await harness.anyRunning(random));
      if (kill % CRASH_EVERY !== CRASH_EVERY - 1) continue;
      await own.crash();
      crashes++;
    }
    return { kills: harness.kills, crashes, events: 300 + kills * 80, problem: await problemOf(harness) };
  } catch (error) {
    return { kills: harness.kills, crashes, events: 300 + kills * 80, problem: String(error) };
  } finally {
    await harness.stopAll();
    await log.close();
    await database.close();
  }
}

async function problemOf(harness: KillHarness): Promise<string | undefined> {
  try {
    await harness.caughtUp(120_000);
    await harness.stopSupervised();
    const [found, expected] = (await harness.compare()) as readonly Record<string, unknown>[];
    const differing = Object.keys(expected ?? {}).filter((part) => !isDeepStrictEqual(found?.[part], expected?.[part]));
    return differing.length === 0 ? undefined : `other ${differing.join(", ")} than the input says`;
  } catch (error) {
    return String(error);
  }
}
