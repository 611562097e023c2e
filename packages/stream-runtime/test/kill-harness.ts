/** Real worker processes over a real log and a real Postgres, killed again and again; what is left is compared with the input. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { EventLog, LogRecord } from "@tenon/event-log/api";
import { SeededRandom } from "@tenon/event-log/simulation";
import type { Database } from "@tenon/postgres";
import { PostgresOperations } from "../src/index.ts";
import { comparison } from "./expectations.ts";
import type { WorkerReport, WorkerSettings } from "./worker-main.ts";
import { Amounts, countWindows, POISON, sumAmounts, TOPICS } from "./world.ts";

const LOOK_MS = 25;
/** Compiled modules of earlier workers: a start takes a quarter of the time with them. Keyed by content, so never stale. */
const COMPILE_CACHE = join(import.meta.dirname, "../../../node_modules/.cache/tenon-test-workers");
/** A worker that has nothing left to do is found within this. */
const CAUGHT_UP_MAX_MS = 60_000;
/** From the start of a process to its first commit, on a busy machine. */
const START_MAX_MS = 30_000;

/** Between the end of a worker and its next start. */
const RESTART_MS = 50;
/** A log that is away longer than this does not come back. */
const PERSIST_MAX_MS = 60_000;

async function persist(work: () => Promise<unknown>): Promise<void> {
  for (const untilMs = Date.now() + PERSIST_MAX_MS; ; await pause(LOOK_MS)) {
    try {
      await work();
      return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
  }
}

export class KillHarness {
  readonly #database: () => Database;
  readonly #databaseUrl: () => string;
  readonly #log: () => EventLog;
  readonly #more: Partial<WorkerSettings>;
  readonly #children = new Set<ChildProcess>();
  /** Those that have said that they run. */
  readonly #running = new Set<ChildProcess>();
  #born = 0;
  #timeMs = 1_700_000_000_000;
  #supervised = false;
  kills = 0;
  /** Workers that ended by themselves and were started again. */
  restarts = 0;
  /** Workers that ended by themselves with an error. */
  endedByThemselves = 0;
  /** What workers said before they ended by themselves. */
  readonly told: string[] = [];
  /** What workers reported when they were stopped in order. */
  readonly reports: WorkerReport[] = [];

  constructor(options: {
    readonly database: () => Database;
    readonly databaseUrl: () => string;
    readonly log: () => EventLog;
    readonly more?: Partial<WorkerSettings>;
  }) {
    this.#database = options.database;
    this.#databaseUrl = options.databaseUrl;
    this.#log = options.log;
    this.#more = options.more ?? {};
  }

  createTopics(): Promise<void> {
    return this.#log().createTopics(TOPICS);
  }

  /** Appends events of some accounts: most in order, some behind, some that fail, some that are no events. */
  async produce(events: number, seed: number): Promise<void> {
    const random = new SeededRandom(seed);
    const bytes = new TextEncoder();
    for (let start = 0; start < events; start += 100) {
      const records = Array.from({ length: Math.min(100, events - start) }, (_, index) => {
        const number = start + index;
        const key = `account-${random.upTo(40)}`;
        this.#timeMs += 5;
        const timeMs = this.#timeMs - (random.chance(0.1) ? random.upTo(900) : 0);
        const value = { amount: random.upTo(20) - 5, note: random.chance(0.01) ? POISON : `${key}/${number}` };
        const record = Amounts.record({ key, timeMs, value });
        return random.chance(0.01) ? { ...record, value: bytes.encode("{no event") } : record;
      });
      // A producer that never gives up: after an unknown outcome records may be there twice, as in the input.
      await persist(() => this.#log().append(records));
    }
  }

  /** Starts a worker. Resolves when it runs. */
  async start(settings: Partial<WorkerSettings> = {}): Promise<ChildProcess> {
    const all: WorkerSettings = {
      ...{ name: `worker-${this.#born++}`, databaseUrl: this.#databaseUrl() },
      ...this.#more,
      ...settings,
    };
    const main = join(import.meta.dirname, "worker-main.ts");
    const child = spawn(process.execPath, ["--conditions=@tenon/source", main, JSON.stringify(all)], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#children.add(child);
    child.stdout?.on("data", (text: Buffer) => {
      for (const line of String(text).split("\n")) if (line.startsWith("{")) this.reports.push(JSON.parse(line));
    });
    child.stderr?.on("data", (text: Buffer) => this.told.push(String(text)));
    child.once("exit", (code) => {
      this.#children.delete(child);
      this.#running.delete(child);
      if (code !== null && code !== 0) this.endedByThemselves++;
    });
    await Promise.race([once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data"), once(child, "exit")]);
    if (this.#children.has(child)) this.#running.add(child);
    return child;
  }

  /** Keeps workers running as a supervisor does: one that ends by itself is started again. Resolves when all run. */
  async supervise(workers: number, settings: Partial<WorkerSettings> = {}): Promise<void> {
    this.#supervised = true;
    const keep = async (): Promise<void> => {
      const child = await this.start(settings);
      child.once("exit", () => {
        if (!this.#supervised) return;
        this.restarts++;
        setTimeout(() => this.#supervised && void keep(), RESTART_MS);
      });
      // It ended before we could listen.
      if (this.#supervised && (child.exitCode ?? child.signalCode) !== null) {
        this.restarts++;
        await pause(RESTART_MS);
        await keep();
      }
    };
    await Promise.all(Array.from({ length: workers }, keep));
  }

  /** Every worker that runs now; one that is starting does not. */
  get running(): readonly ChildProcess[] {
    return [...this.#running];
  }

  /** Resolves with a worker to do something to, as soon as one runs. */
  async anyRunning(random: SeededRandom): Promise<ChildProcess> {
    for (const untilMs = Date.now() + START_MAX_MS; Date.now() < untilMs; await pause(LOOK_MS)) {
      const child = this.running[random.upTo(this.#running.size - 1)];
      if (child !== undefined) return child;
    }
    throw new Error(`no worker runs after ${START_MAX_MS} ms; they said: ${this.told.join("")}`);
  }

  /** Batches refused because of another owner, over the workers that were stopped in order. */
  get fenced(): number {
    return this.reports.reduce((total, { fenced }) => total + fenced, 0);
  }

  /** Commits that ended with an error, by its code, over the workers that were stopped in order. */
  get failedCommits(): Readonly<Record<string, number>> {
    const total: Record<string, number> = {};
    for (const { failedCommits } of this.reports) {
      for (const [code, count] of Object.entries(failedCommits)) total[code] = (total[code] ?? 0) + count;
    }
    return total;
  }

  /** Ends all workers in order, and starts none again. */
  async stopSupervised(): Promise<void> {
    this.#supervised = false;
    await Promise.all([...this.#children].map((child) => this.stop(child)));
  }

  /** Resolves when a worker has ended, by its own kill point or ours. */
  async ended(child: ChildProcess, maxMs = START_MAX_MS): Promise<NodeJS.Signals | number | null> {
    const untilMs = Date.now() + maxMs;
    while (child.exitCode === null && child.signalCode === null) {
      if (Date.now() > untilMs)
        throw new Error(`a worker still runs after ${maxMs} ms; it said: ${this.told.join("")}`);
      await pause(LOOK_MS);
    }
    return child.signalCode ?? child.exitCode;
  }

  async kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    await this.ended(child);
    this.kills++;
  }

  async stop(child: ChildProcess): Promise<void> {
    child.kill("SIGTERM");
    await this.ended(child);
  }

  async stopAll(): Promise<void> {
    this.#supervised = false;
    await Promise.all([...this.#children].map((child) => this.kill(child)));
  }

  /** Resolves when every record is applied and every message is in the log. */
  async caughtUp(maxMs = CAUGHT_UP_MAX_MS): Promise<void> {
    const untilMs = Date.now() + maxMs;
    for (;;) {
      const behind = await this.#behind().catch((error: Error) => [error.message]);
      if (behind.length === 0) return;
      if (Date.now() > untilMs)
        throw new Error(`not caught up after ${maxMs} ms: ${behind.join(", ")}; ${this.told.join("")}`);
      await pause(LOOK_MS);
    }
  }

  async #behind(): Promise<readonly string[]> {
    const status = await new PostgresOperations(this.#database()).status();
    const behind = status
      .filter(({ outboxPending }) => outboxPending > 0)
      .map(({ task, partition, outboxPending }) => `${task}/${partition} has ${outboxPending} messages`);
    for (const { name, source } of [sumAmounts, countWindows]) {
      for (const { partition, earliest, end } of await this.#log().offsets(source.name)) {
        const next = status.find((each) => each.task === name && each.partition === partition)?.next ?? 0;
        if (end > earliest && next < end) behind.push(`${name}/${partition} is at ${next} of ${end}`);
      }
    }
    return behind;
  }

  /** What is there and what must be there, to be compared. */
  async compare(): Promise<readonly [found: object, expected: object]> {
    const database = this.#database();
    const state = await database.query<{ key: string; value: string }>(
      `select key, value::text as value from stream_state where task = 'sum-amounts' order by key collate "C"`,
    );
    const windows = await database.query<{ row: string }>(
      `select concat_ws('/', size_ms, start_ms, key, revision, events, total, most) as row from stream_window_count_windows`,
    );
    const parked = await database.query<{ at: string }>(
      "select concat(partition, '/', at_offset) as at from stream_parked where task = 'sum-amounts'",
    );
    return comparison({
      input: await this.readAll("amounts"),
      sums: await this.readAll("sums"),
      results: await this.readAll("sum-counts"),
      late: await this.readAll("late-sums"),
      dead: await this.readAll("amounts.dead"),
      state,
      windows: windows.map(({ row }) => row),
      parked: parked.map(({ at }) => at),
    });
  }

  async readAll(topic: string): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (const { partition, earliest, end } of await this.#log().offsets(topic)) {
      const reader = await this.#log().read({ topic, partition, fromOffset: earliest });
      for (let next = earliest; next < end; ) {
        const pulled = await reader.pull({ recordsMax: 5_000, bytesMax: 2 ** 25, waitMs: 5_000 });
        if (pulled.length === 0) throw new Error(`"${topic}" ends at ${next} instead of ${end}`);
        records.push(...pulled);
        next = (pulled.at(-1) as LogRecord).offset + 1;
      }
      await reader.close();
    }
    return records;
  }
}
