/** A worker process for tests that kill it. Its settings come as one JSON argument. */
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { openDatabase } from "@tenon/postgres";
import { type BreakableRule, type FaultPoint, type Lane, PostgresTaskStore, runTasks } from "../src/index.ts";
import type { StoreMutant } from "../src/store/store-mutant.ts";
import { countWindows, sumAmounts } from "./world.ts";

/** A rule that a worker breaks, or that its store does. */
export interface Planted {
  readonly mutant?: StoreMutant;
  readonly breaks?: BreakableRule;
}

export interface WorkerSettings extends Planted {
  readonly name: string;
  readonly databaseUrl: string;
  /** Absent: the embedded log in the database. */
  readonly kafka?: { readonly brokers: readonly string[]; readonly client: "kafkajs" | "platformatic" };
  /** Kill this process at the given pass of a point, or only stop it there until somebody lets it go on. */
  readonly kill?: { readonly point: FaultPoint; readonly pass: number; readonly signal?: "SIGKILL" | "SIGSTOP" };
  /** The lane of `count-windows`. */
  readonly windowsLane?: Lane;
  /** Commit statement by statement, as batches with write sets do. */
  readonly inSteps?: boolean;
  readonly pool?: { readonly connectionsMax: number; readonly waitingMax?: number; readonly acquireMsMax?: number };
}

/** What a worker says when it is told to stop. */
export interface WorkerReport {
  readonly name: string;
  /** Batches refused because of another owner. */
  readonly fenced: number;
  /** Error code → commits that ended with it. */
  readonly failedCommits: Readonly<Record<string, number>>;
}

// Here, because most workers are killed: they come to no end that would keep what they have compiled.
flushCompileCache();

const settings = JSON.parse(process.argv[2] as string) as WorkerSettings;
const {
  name,
  databaseUrl,
  kafka,
  kill,
  mutant,
  breaks,
  windowsLane = countWindows.lane,
  pool = { connectionsMax: 12 },
} = settings;

interface At {
  readonly task: string;
  readonly partition: number;
}

/** Partitions whose commit is out. */
const committing = new Set<string>();
const nameOf = ({ task, partition }: At) => `${task}/${partition}`;
let passes = 0;
let isDone = false;
const reached = (point: FaultPoint, at: At): void => {
  if (isDone || point !== kill?.point || ++passes < kill.pass) return;
  // Stopped while the commit before is out, it would first learn that the partition is lost, and have nothing refused.
  if (kill.signal === "SIGSTOP" && committing.has(nameOf(at))) return;
  isDone = true;
  // It may come to its point before it has said that it runs, and a process that is stopped says nothing.
  writeSync(process.stdout.fd, "running\n");
  process.kill(process.pid, kill.signal ?? "SIGKILL");
};
const STEPS = { fence: "afterFence", state: "afterState", outbox: "afterOutbox" } as const;
const stopsInside = kill !== undefined && (Object.values(STEPS) as readonly string[]).includes(kill.point);
const inSteps = settings.inSteps === true || stopsInside;

const database = await openDatabase({ url: databaseUrl, ...pool, applicationName: name });
const log =
  kafka === undefined
    ? await openEmbeddedLog({ database, leaseMs: 900, beatMs: 100 })
    : await openKafkaLog({ ...kafka, sessionMs: 6_000 });
const store = new PostgresTaskStore({
  database,
  ...(mutant !== undefined && { mutant }),
  ...((inSteps || mutant === "offsetFirst") && {
    onStep: async (step, at) => {
      if (step !== "rest") reached(STEPS[step], at);
    },
  }),
});
const failedCommits: Record<string, number> = {};
const { commitTogether } = store;
store.commitTogether = async (batches) => {
  for (const batch of batches) committing.add(nameOf(batch));
  try {
    return await commitTogether.call(store, batches);
  } catch (error) {
    const code = String((error as { readonly code?: string }).code);
    failedCommits[code] = (failedCommits[code] ?? 0) + 1;
    throw error;
  } finally {
    for (const batch of batches) committing.delete(nameOf(batch));
  }
};
const running = await runTasks({
  ...{ tasks: [sumAmounts, { ...countWindows, lane: windowsLane }], log, store, owner: name, checkedShare: 0.05 },
  batch: {
    high: { recordsMin: 10, recordsMax: 200, bytesMax: 1_000_000 },
    medium: { recordsMin: 10, recordsMax: 200, bytesMax: 1_000_000 },
  },
  onHalted: (task, error) => {
    process.stderr.write(`${name}: ${task.name} halted: ${error.message}\n`);
    process.exit(3);
  },
  faults: { reached, breaks: (rule) => rule === breaks },
});
process.stdout.write("running\n");
// The test that started it is gone, however it ended: nobody would end this process any more.
process.stdin.on("end", () => process.exit(4)).resume();
process.on("SIGTERM", () => {
  const fenced = running.metrics.reduce((total, each) => total + each.fenced, 0);
  const report: WorkerReport = { name, fenced, failedCommits };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  void running
    .stop()
    .then(() => log.close())
    .then(() => database.close())
    .then(() => process.exit(0));
});
