/** A whole stream on virtual time: producers, workers, kills, losses, failing commits; all from one seed. */
import type { LogRecord } from "@tenon/event-log/api";
import {
  SeededRandom,
  SimulatedCluster,
  type SimulatedFaults,
  type SimulatedLog,
  VirtualClock,
} from "@tenon/event-log/simulation";
import { MemoryTaskStore } from "../src/index.ts";
import type { StoreMutant } from "../src/store/store-mutant.ts";
import type { BreakableRule, FaultPoint } from "../src/worker/fault-points.ts";
import { Process } from "./process.ts";
import { Amounts, countWindows, POISON, sumAmounts, TOPICS } from "./world.ts";

export interface SimulateOptions {
  readonly seed: number;
  readonly events: number;
  readonly processes: number;
  /** Chance of a kill at each fault point passed. */
  readonly kill: number;
  /** Chance that a commit fails without, or after, having taken effect. */
  readonly commitFailure: number;
  readonly faults: Partial<SimulatedFaults>;
  /** Events per hundred that fail in the node, and bytes per hundred that are no event. */
  readonly poison?: number;
  readonly breaks?: BreakableRule;
  readonly mutant?: StoreMutant;
}

export interface Simulated {
  readonly input: readonly LogRecord[];
  readonly sums: readonly LogRecord[];
  readonly results: readonly LogRecord[];
  readonly late: readonly LogRecord[];
  readonly dead: readonly LogRecord[];
  readonly store: MemoryTaskStore;
  readonly kills: number;
  readonly halted: readonly string[];
  /** Messages that were sent before the batch that holds them was committed. */
  readonly uncommitted: number;
  /** Commits refused because of another owner, over all processes. */
  readonly fenced: number;
  /** Virtual ms that were needed to catch up once faults had stopped. */
  readonly caughtUpAfterMs: number;
}

const FAULTY_MS = 6_000;
const CATCH_UP_MS = 60_000;
/** Like a real clock: what falls due between two readings must not be missed. A power of two, so that times stay exact. */
const READING_MS = 1 / 16;

export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { seed, events, processes, kill, commitFailure, faults, poison = 0 } = options;
  const clock = new VirtualClock(undefined, { readingMs: READING_MS });
  const random = new SeededRandom(seed ^ 0x5eed);
  const cluster = new SimulatedCluster({ seed, clock, faults });
  let isFaulty = true;
  const store = new MemoryTaskStore({
    clock,
    ...(options.mutant !== undefined && { mutant: options.mutant }),
    fault: () => {
      if (!isFaulty || !random.chance(commitFailure)) return undefined;
      return random.chance(0.5) ? "before" : "after";
    },
  });
  const log = cluster.open();
  await log.createTopics(TOPICS);

  let uncommitted = 0;
  /** A reader that is there all the time: what it can see must have been committed. */
  const watched = (opened: SimulatedLog): SimulatedLog => {
    const { append } = opened;
    opened.append = (records) => {
      for (const { headers } of records) {
        const [name = "", partition] = (headers["tenon-from"] ?? "").split("/");
        if (Number(headers["tenon-seq"]) > store.outboxSeq({ task: name, partition: Number(partition) })) uncommitted++;
      }
      return append.call(opened, records);
    };
    return opened;
  };
  const alive = new Set<Process>();
  const born: Process[] = [];
  let kills = 0;
  const halted: string[] = [];
  const start = () => {
    const worker = new Process({
      name: `worker-${born.length}`,
      log: watched(cluster.open()),
      store,
      clock,
      tasks: [sumAmounts, countWindows],
      breaks: options.breaks,
      killsAt: (_: FaultPoint) => isFaulty && random.chance(kill),
      noticeMs: random.upTo(150),
      onKilled: (dead) => {
        kills++;
        alive.delete(dead);
        halted.push(...dead.halted);
        clock.after(random.upTo(200), start);
      },
    });
    alive.add(worker);
    born.push(worker);
    // A start that fails (the log is down) is tried again, as a supervisor would.
    worker.start().catch(() => {
      alive.delete(worker);
      clock.after(100, start);
    });
  };
  for (let count = 0; count < processes; count++) start();

  const produce = async () => {
    for (let event = 0; event < events; event++) {
      await new Promise<void>((resolve) => clock.after(Math.round((random.upTo(2) * FAULTY_MS) / events), resolve));
      const account = `account-${random.upTo(6)}`;
      const behindMs = random.chance(0.2) ? random.upTo(900) : 0;
      const isPoison = random.chance(poison / 100);
      const value = { amount: random.upTo(20) - 5, note: isPoison ? POISON : `${account}/${event}` };
      const record = Amounts.record({ key: account, timeMs: clock.nowMs() - behindMs, value });
      const sent = random.chance(poison / 100) ? { ...record, value: new TextEncoder().encode("{no event") } : record;
      // What a producer does that never gives up: a failed append may have worked, so records may come twice.
      while (
        !(await log.append([sent]).then(
          () => true,
          () => false,
        ))
      )
        await new Promise<void>((resolve) => clock.after(5, resolve));
    }
  };
  let produced = false;
  const producing = produce().then(() => {
    produced = true;
  });
  await clock.runFor(FAULTY_MS);
  while (!produced) await clock.runFor(50);
  await producing;
  isFaulty = false;
  cluster.endFaults();
  const fromMs = clock.nowMs();
  while (!(await isCaughtUp(log, store)) && clock.nowMs() - fromMs < CATCH_UP_MS) await clock.runFor(100);
  const caughtUpAfterMs = clock.nowMs() - fromMs;
  for (const process of alive) halted.push(...process.halted);
  const stopping = [...alive].map((process) => process.stop());
  await clock.runFor(30_000);
  await Promise.all(stopping);
  const all = async (topic: string) => readAll(log, topic);
  return {
    input: await all("amounts"),
    sums: await all("sums"),
    results: await all("sum-counts"),
    late: await all("late-sums"),
    dead: await all("amounts.dead"),
    store,
    kills,
    halted,
    uncommitted,
    fenced: born.reduce((total, { fenced }) => total + fenced, 0),
    caughtUpAfterMs,
  };
}

type Log = ReturnType<SimulatedCluster["open"]>;

async function isCaughtUp(log: Log, store: MemoryTaskStore): Promise<boolean> {
  const status = await store.status();
  if (status.some(({ outboxPending }) => outboxPending > 0)) return false;
  for (const { name, source } of [sumAmounts, countWindows]) {
    for (const { partition, earliest, end } of await log.offsets(source.name)) {
      const at = status.find((each) => each.task === name && each.partition === partition);
      if (end > earliest && (at?.next ?? 0) < end) return false;
    }
  }
  return true;
}

async function readAll(log: Log, topic: string): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (const { partition, earliest, end } of await log.offsets(topic)) {
    const reader = await log.read({ topic, partition, fromOffset: earliest });
    for (let next = earliest; next < end; ) {
      const pulled = await reader.pull({ recordsMax: 1_000, bytesMax: 2 ** 24, waitMs: 0 });
      if (pulled.length === 0) break;
      records.push(...pulled);
      next = (pulled.at(-1) as LogRecord).offset + 1;
    }
    await reader.close();
  }
  return records;
}
