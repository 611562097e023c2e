/**
 * T11: how long urgent records wait, and how much memory a worker holds, while fifty times as much low work comes in. A worker
 * process over the embedded log and a Postgres that waits for its disk, all on the wall clock.
 */
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { type Database, openDatabase } from "@tenon/postgres";
import { KillHarness } from "../kill-harness.ts";
import { ownServer } from "../own-server.ts";
import { Amounts, Sums } from "../world.ts";

export interface SpikeSummary {
  /** From the moment the log has a record until its commit is seen, ms, without and with the spike. */
  readonly calm: Waits;
  readonly busy: Waits;
  /** Low records that were sent, and those that were worked on by the end of the spike. */
  readonly lowSent: number;
  readonly lowDone: number;
  /** Largest resident memory of the worker, MB: without the spike, in its first half, in its second. */
  readonly memoryMb: readonly [calm: number, first: number, second: number];
  readonly problems: readonly string[];
}

export interface Waits {
  readonly records: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const TICK_MS = 20;
/** 200 a second. */
const HIGH_PER_TICK = 4;
const SPIKE = 50;
const LOOK_MS = 5;
const WARM_UP_MS = 5_000;
/** The spike may make urgent records wait so many times as long. */
const TIMES_MAX = 2;
const MEMORY_MB_MAX = 400;
/** Flat: the second half of the spike holds no more than the first and so much. */
const MEMORY_GROWTH_MAX = 1.15;

export async function runSpike(seconds: number): Promise<SpikeSummary> {
  const own = await ownServer();
  // A pool of its own: a look at what is committed does not wait behind an append.
  const database = await openDatabase({ url: own.url, connectionsMax: 6, applicationName: "producer" });
  const log = await openEmbeddedLog({ database, leaseMs: 5_000, beatMs: 500 });
  const more = { windowsLane: "low" } as const;
  const harness = new KillHarness({ database: () => own.database, databaseUrl: () => own.url, log: () => log, more });
  try {
    await harness.createTopics();
    const worker = await harness.start();
    const urgent = new Urgent(own.database, (records) => log.append(records));
    const measure = async (ms: number, low: (untilMs: number) => Promise<number>) => {
      const memory: number[] = [];
      const untilMs = Date.now() + ms;
      const watch = async () => {
        for (; Date.now() < untilMs; await pause(500)) memory.push(await memoryOf(worker.pid as number));
      };
      const [waits, lowSent] = await Promise.all([urgent.run(untilMs), low(untilMs), watch()]);
      return { waits, lowSent, memory };
    };
    const none = async () => 0;
    await measure(WARM_UP_MS, none);
    const calm = await measure((seconds * 1_000) / 2, none);
    const busy = await measure(seconds * 1_000, (untilMs) => sendLow((records) => log.append(records), untilMs));
    const [low] = await own.database.query<{ done: number }>(
      "select coalesce(sum(next), 0)::int as done from stream_offset where task = 'count-windows'",
    );
    await harness.stop(worker);
    const half = Math.ceil(busy.memory.length / 2);
    const most = (all: readonly number[]) => Math.max(0, ...all);
    const memoryMb = [most(calm.memory), most(busy.memory.slice(0, half)), most(busy.memory.slice(half))] as const;
    const told = { calm: calm.waits, busy: busy.waits, lowSent: busy.lowSent, lowDone: low?.done ?? 0, memoryMb };
    return { ...told, problems: problemsOf(told, harness.endedByThemselves) };
  } finally {
    await harness.stopAll();
    await log.close();
    await database.close();
    await own.stop();
  }
}

function problemsOf(told: Omit<SpikeSummary, "problems">, ended: number): readonly string[] {
  const { calm, busy, lowDone, memoryMb } = told;
  const [, first, second] = memoryMb;
  const checks: readonly (readonly [isWrong: boolean, what: string])[] = [
    [busy.p99Ms > TIMES_MAX * calm.p99Ms, `urgent records wait ${(busy.p99Ms / calm.p99Ms).toFixed(2)} times as long`],
    [lowDone === 0, "low work stands still"],
    [Math.max(...memoryMb) > MEMORY_MB_MAX, `the worker holds more than ${MEMORY_MB_MAX} MB`],
    [second > first * MEMORY_GROWTH_MAX, `memory grows from ${first} to ${second} MB`],
    [ended > 0, "the worker ended by itself"],
  ];
  return checks.flatMap(([isWrong, what]) => (isWrong ? [`spike: ${what}`] : []));
}

type Append = (
  records: Parameters<Awaited<ReturnType<typeof openEmbeddedLog>>["append"]>[0],
) => ReturnType<Awaited<ReturnType<typeof openEmbeddedLog>>["append"]>;

interface Sent {
  readonly offset: number;
  readonly atMs: number;
}

/** Sends urgent records at a steady rate, and sees when each is committed. */
class Urgent {
  readonly #database: Database;
  readonly #append: Append;
  readonly #sent = new Map<number, Sent[]>();
  #count = 0;

  constructor(database: Database, append: Append) {
    this.#database = database;
    this.#append = append;
  }

  async run(untilMs: number): Promise<Waits> {
    const waits: number[] = [];
    let isSending = true;
    const sending = this.#send(untilMs).finally(() => {
      isSending = false;
    });
    const waiting = () => [...this.#sent.values()].some((sent) => sent.length > 0);
    while (isSending || waiting()) {
      const rows = await this.#database.query<{ partition: number; next: number }>(
        "select partition, next::int as next from stream_offset where task = 'sum-amounts' and next is not null",
      );
      const nowMs = performance.now();
      for (const { partition, next } of rows) {
        const sent = this.#sent.get(partition) ?? [];
        while (sent[0] !== undefined && sent[0].offset < next) waits.push(nowMs - (sent.shift() as Sent).atMs);
      }
      await pause(LOOK_MS);
    }
    await sending;
    waits.sort((one, other) => one - other);
    const at = (share: number) => Math.round((waits[Math.floor(waits.length * share)] ?? 0) * 10) / 10;
    return { records: waits.length, p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  async #send(untilMs: number): Promise<void> {
    for (let dueMs = Date.now(); dueMs < untilMs; dueMs += TICK_MS) {
      await pause(Math.max(0, dueMs - Date.now()));
      const records = Array.from({ length: HIGH_PER_TICK }, () => {
        const key = `account-${this.#count++ % 40}`;
        return Amounts.record({ key, timeMs: Date.now(), value: { amount: 1, note: `${key}/x` } });
      });
      const appended = await this.#append(records);
      const atMs = performance.now();
      for (const { partition, offset } of appended) {
        const sent = this.#sent.get(partition) ?? [];
        this.#sent.set(partition, sent);
        sent.push({ offset, atMs });
      }
    }
  }
}

/** The spike: late or not, it sends what it should have sent by now. */
async function sendLow(append: Append, untilMs: number): Promise<number> {
  const perTick = HIGH_PER_TICK * SPIKE;
  let sent = 0;
  for (let dueMs = Date.now(); dueMs < untilMs && Date.now() < untilMs; dueMs += TICK_MS) {
    await pause(Math.max(0, dueMs - Date.now()));
    const value = { total: 1, events: 1, amount: 1 };
    const key = (index: number) => `low-${(sent + index) % 1_000}`;
    await append(
      Array.from({ length: perTick }, (_, index) => Sums.record({ key: key(index), timeMs: Date.now(), value })),
    );
    sent += perTick;
  }
  return sent;
}

const KB_PER_MB = 1_024;

async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Math.round(Number(stdout) / KB_PER_MB);
}
