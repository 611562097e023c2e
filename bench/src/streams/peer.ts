/**
 * Kafka Streams with `exactly_once_v2` against the runtime and the loop by hand: one broker, one topic, the same job, each
 * contender in a process of its own, in turn. CPU of all processes counts: worker, Postgres, broker.
 * From the first request of a started process to the last committed offset, so both pay for their compiler's warm-up.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { kafkaMissing, type RunningKafka, startKafka } from "@tenon/kafka-server";
import { serverCpuMs } from "@tenon/storage-repo/testing";
import { median } from "../harness/interleave.ts";
import { atLeast, atMost, type Part, type Row, rounded } from "../harness/report.ts";
import { expectedSums, requireSums, SpendEvents, type Sums, spendRecords } from "./job.ts";
import { type Server, startServer } from "./server.ts";

export interface PeerAmounts {
  readonly rounds: number;
  readonly events: number;
}

const KAFKA = "4.3.0";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PEER = join(ROOT, "bench/peers/kafka-streams");
const JARS = join(ROOT, `.tenon/kafka/streams-jars-${KAFKA}`);
const CONTENDER = fileURLToPath(new URL("./contender.ts", import.meta.url));
/** As `bench/src/main.ts` gives every part, MB. */
const SEMI_SPACE = ["--min-semi-space-size=16", "--max-semi-space-size=128"];
const CALL = 5_000;
const FETCH_MAX_MS = 180_000;
const CPU_MAX = 0.4;
const RATE_MIN = 2;

const NAMES = ["runtime", "loop", "streams"] as const;
type Name = (typeof NAMES)[number];

/** Milliseconds. */
interface Cost {
  readonly wall: number;
  readonly worker: number;
  readonly postgres: number;
  readonly broker: number;
}

interface World {
  readonly kafka: RunningKafka;
  readonly server: Server;
  readonly events: number;
  readonly expected: Sums;
}

export async function peer({ rounds, events }: PeerAmounts): Promise<Part> {
  const missing = kafkaMissing(KAFKA);
  if (missing !== undefined) return { goals: [], rows: [{ workload: "Kafka Streams", skipped: missing }] };
  await fetchJars();
  const kafka = await startKafka({ version: KAFKA, name: `bench-peer-${process.pid}`, optimised: true });
  const server = await startServer();
  const costs: Record<Name, Cost[]> = { runtime: [], loop: [], streams: [] };
  try {
    await fill(kafka, events);
    const world = { kafka, server, events, expected: expectedSums(events) };
    // Filling the topic has warmed the broker up.
    for (let round = 0; round < rounds; round++)
      for (const step of NAMES.keys()) {
        const name = NAMES[(step + round) % NAMES.length] as Name;
        costs[name].push(await runOne(name, world));
      }
  } finally {
    await server.stop();
    await kafka.stop();
  }
  return partOf(costs, events);
}

/** Both need the runtime's own worth of work; in the quick run they are named, not reached. */
export const PEER_GOALS = {
  cpu: "peer.cpu: CPU of all processes per event against Kafka Streams exactly_once_v2, <= 0.4",
  rate: "peer.rate: events/s against Kafka Streams exactly_once_v2, >= 2",
} as const;

async function fetchJars(): Promise<void> {
  if (existsSync(JARS)) return;
  const fetched = `${JARS}.${process.pid}`;
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${fetched}`];
  await promisify(execFile)("mvn", ["-q", "-B", "-f", join(PEER, "pom.xml"), ...goal], { timeout: FETCH_MAX_MS });
  renameSync(fetched, JARS);
}

async function fill({ brokers }: RunningKafka, events: number): Promise<void> {
  const log = await openKafkaLog({ brokers, client: "platformatic" });
  await log.createTopics([SpendEvents]);
  for (let from = 0; from < events; from += CALL)
    await log.append(spendRecords(from, Math.min(events, from + CALL), events));
  await log.close();
}

async function runOne(name: Name, world: World): Promise<Cost> {
  const { kafka, server, events, expected } = world;
  const url = await server.emptyDatabase();
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-peer-"));
  const brokers = kafka.brokers.join(",");
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
  const child =
    name === "streams"
      ? start("java", [
          "-Xmx1g",
          quiet,
          "-cp",
          `${JARS}/*`,
          join(PEER, "CountSpend.java"),
          brokers,
          SpendEvents.name,
          `${events}`,
          folder,
        ])
      : start(process.execPath, [
          "--conditions=@tenon/source",
          ...SEMI_SPACE,
          CONTENDER,
          name,
          brokers,
          url,
          `${events}`,
        ]);
  try {
    const pids = [child.process.pid as number, server.pid, kafka.pids[0] as number];
    const cpuMs = () => pids.map((pid) => serverCpuMs({ pid }));
    await child.line("starting");
    const [startedMs, before] = [performance.now(), cpuMs()];
    const sums = JSON.parse(await child.line("done")) as Sums;
    const [endedMs, after] = [performance.now(), cpuMs()];
    requireSums(name, sums, expected);
    const [worker = 0, postgres = 0, broker = 0] = after.map((ms, at) => ms - (before[at] as number));
    return { wall: endedMs - startedMs, worker, postgres, broker };
  } finally {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Child {
  readonly process: ChildProcess;
  /** The rest of the next line that begins with the word. */
  line(word: string): Promise<string>;
  stop(): Promise<void>;
}

function start(command: string, args: readonly string[]): Child {
  const child = spawn(command, args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    line: async (word) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`${command} ended before it said "${word}"`);
        if (value.startsWith(word)) return value.slice(word.length);
      }
    },
    stop: async () => {
      child.stdin.on("error", () => undefined);
      child.stdin.write("stop\n");
      await exited;
    },
  };
}

function total({ worker, postgres, broker }: Cost): number {
  return worker + postgres + broker;
}

function partOf(costs: Record<Name, readonly Cost[]>, events: number): Part {
  const ratio = (one: Name, other: Name, of: (cost: Cost) => number) =>
    median(costs[one].map((cost, round) => of(cost) / of(costs[other][round] as Cost)));
  const [cpu, rate] = [ratio("runtime", "streams", total), ratio("streams", "runtime", ({ wall }) => wall)];
  const rows = NAMES.map((name): Row => {
    const micros = (of: (cost: Cost) => number) =>
      rounded(median(costs[name].map((cost) => (of(cost) * 1_000) / events)));
    return {
      workload: LABELS[name],
      eventsPerSecond: rounded(median(costs[name].map(({ wall }) => (events * 1_000) / wall))),
      cpuMicrosPerEvent: micros(total),
      workerMicros: micros(({ worker }) => worker),
      postgresMicros: micros(({ postgres }) => postgres),
      brokerMicros: micros(({ broker }) => broker),
      events,
      rounds: costs[name].length,
    };
  });
  return {
    goals: [
      atMost("peer.cpu", "CPU of all processes per event against Kafka Streams exactly_once_v2", cpu, CPU_MAX),
      atLeast("peer.rate", "events/s against Kafka Streams exactly_once_v2", rate, RATE_MIN),
    ],
    rows: [
      ...rows,
      { workload: "over Kafka: runtime ÷ loop over pg, CPU", ratio: rounded(ratio("runtime", "loop", total)) },
    ],
  };
}

const LABELS: Readonly<Record<Name, string>> = {
  runtime: "over Kafka: runtime",
  loop: "over Kafka: loop over pg",
  streams: "over Kafka: Kafka Streams exactly_once_v2, commit 100 ms",
};
