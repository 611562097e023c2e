/** T7: workers that become 1, 3 and 2 over three brokers, each killed and each shut down in order, while events come in. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { type RunningKafka, startKafka } from "@tenon/kafka-server";
import type { Database } from "@tenon/postgres";
import { KillHarness } from "../kill-harness.ts";
import { ownServer } from "../own-server.ts";
import type { Planted } from "../worker-main.ts";
import { Observer } from "./observer.ts";

export interface KafkaRun {
  readonly client: "kafkajs" | "platformatic";
  readonly seed: number;
  readonly events: number;
  /** A rule to break, to see that the run notices. */
  readonly plant: Planted;
  readonly onStage: (what: string) => void;
}

export interface KafkaSummary {
  readonly events: number;
  /** Times a broker was killed or shut down. */
  readonly bounces: number;
  /** Workers that ended by themselves. */
  readonly ended: number;
  /** Batches that were refused because of another owner. */
  readonly fenced: number;
  /** Messages that a reader saw while all this happened. */
  readonly observed: number;
  readonly problems: readonly string[];
}

const SESSION_MS = 6_000;
const NODES = [1, 2, 3];
/** One per stage: one worker, two more, commits that wait, each broker twice, a worker killed, the rest. */
const STAGES = 3 + 2 * NODES.length + 2;
const CAUGHT_UP_MS_MAX = 120_000;
/** The worker that stops does so at this commit. */
const STOPS_AT = 5;
/** Commits are held up so often, for so long each time. */
const STALLS = 10;
const STALL_MS = 300;
/** Within this it has tried to commit what it had at hand. */
const COMES_BACK_MS = 3_000;

export async function runKafka(run: KafkaRun): Promise<KafkaSummary> {
  const { client, seed, events, plant } = run;
  const startMs = performance.now();
  const kafka = await startKafka({ nodes: 3, name: `faults-${client}-${process.pid}` });
  const own = await ownServer();
  const log = await openKafkaLog({ brokers: kafka.brokers, client: "kafkajs", sessionMs: SESSION_MS });
  const more = { kafka: { brokers: kafka.brokers, client }, ...plant };
  const harness = new KillHarness({ database: () => own.database, databaseUrl: () => own.url, log: () => log, more });
  run.onStage(`three brokers, Postgres: ${secondsSince(startMs)}`);
  const problems: string[] = [];
  let observer: Observer | undefined;
  try {
    await harness.createTopics();
    observer = await Observer.start(log, own.database, "sums");
    const stages = new Stages(run, harness, Math.ceil(events / STAGES), seed);
    await bounceEverything(stages, harness, kafka, own.database);
    const compareMs = performance.now();
    problems.push(...(await observer.stop(await harness.readAll("sums"))));
    await harness.stopSupervised();
    const [found, expected] = (await harness.compare()) as readonly Record<string, unknown>[];
    const differing = Object.keys(expected ?? {}).filter((part) => !isDeepStrictEqual(found?.[part], expected?.[part]));
    if (differing.length > 0) problems.push(`other ${differing.join(", ")} than the input says`);
    run.onStage(`comparing: ${secondsSince(compareMs)}`);
    if (harness.fenced === 0) problems.push("the worker that was stopped, and came back, was not fenced");
  } catch (error) {
    problems.push(String(error));
  } finally {
    await observer?.stop([]);
    await harness.stopAll();
    await log.close();
    await own.stop();
    await kafka.stop();
  }
  return {
    events,
    bounces: NODES.length * 2,
    ended: harness.endedByThemselves,
    fenced: harness.fenced,
    observed: observer?.seen ?? 0,
    problems: problems.map((problem) => `kafka, ${client}: ${problem}`),
  };
}

function secondsSince(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;
}

/** Something happens while a share of the events comes in. */
class Stages {
  readonly #run: KafkaRun;
  readonly #harness: KillHarness;
  readonly #share: number;
  #seed: number;
  #left: number;

  constructor(run: KafkaRun, harness: KillHarness, share: number, seed: number) {
    this.#run = run;
    this.#harness = harness;
    this.#share = share;
    this.#seed = seed;
    this.#left = run.events;
  }

  async during<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const sinceMs = performance.now();
    const share = Math.min(this.#share, this.#left);
    this.#left -= share;
    const [result] = await Promise.all([work(), this.#harness.produce(share, this.#seed++)]);
    this.#run.onStage(`${what}: ${secondsSince(sinceMs)}`);
    return result;
  }
}

/** Commits wait, reads do not: what is sent before its commit has time to be seen. */
async function holdUpCommits(database: Database): Promise<void> {
  for (let stall = 0; stall < STALLS; stall++) {
    await database.transaction(async (tx) => {
      await tx.query("select from stream_offset for update");
      await pause(STALL_MS);
    });
    await pause(STALL_MS);
  }
}

async function bounceEverything(
  stages: Stages,
  harness: KillHarness,
  kafka: RunningKafka,
  database: Database,
): Promise<void> {
  const first = await stages.during("one worker", () => harness.start());
  const [stopped] = await stages.during("three workers", () =>
    Promise.all([
      harness.start({ kill: { point: "beforeCommit", pass: STOPS_AT, signal: "SIGSTOP" } }),
      harness.start(),
    ]),
  );
  await stages.during("commits that wait", () => holdUpCommits(database));
  for (const bounce of ["kill", "shutDown"] as const) {
    for (const node of NODES) {
      await stages.during(`${bounce} broker ${node}`, async () => {
        await kafka[bounce](node);
        await kafka.restart(node);
      });
    }
  }
  await stages.during("two workers", () => harness.kill(first));
  await stages.during("catching up", () => harness.caughtUp(CAUGHT_UP_MS_MAX));
  await harness.caughtUp(CAUGHT_UP_MS_MAX);
  // Last of all: what it would break, nobody mends.
  (stopped as ChildProcess).kill("SIGCONT");
  await pause(COMES_BACK_MS);
  await harness.caughtUp(CAUGHT_UP_MS_MAX);
}
