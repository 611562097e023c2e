/** A drill on running stores, processes and ad servers. A process with role batch has to run: refreshes and comparisons are its work. */
import { listBases, type ObjectStore, readCatalogue, rollback } from "@tenon/ad-index/publish";
import type { EventLog, LogRecord, NewRecord, Topic } from "@tenon/event-log/api";
import { type HostClock, pause, systemClock } from "@tenon/graph-core";
import type { Database } from "@tenon/postgres";
import { PostgresOperations, PostgresWorkStore } from "@tenon/stream-runtime";
import { GATEWAY_TASKS } from "../host/gateway-role.ts";
import { UPDATER_TASKS } from "../host/updater-role.ts";
import type { SwitchName, SwitchStore, SwitchValues } from "../switches/switch-store.ts";
import type { RunRecord, RunStore } from "../workflows/run-store.ts";
import type { JsonRecord } from "../workflows/workflow.ts";
import { AdServers } from "./ad-servers.ts";
import type { DrillPort, TopicMark, Unsynced } from "./drill-port.ts";

export interface StoresPortOptions {
  readonly database: Database;
  readonly log: EventLog;
  readonly switches: SwitchStore;
  readonly runs: RunStore;
  /** Undefined: no base can be rolled back. */
  readonly bases: ObjectStore | undefined;
  /** Addresses of ad servers, `http://host:port`. */
  readonly servers: readonly string[];
  readonly token: string | null;
  /** Who gives the orders. */
  readonly by: string;
  readonly clock?: HostClock;
  /** Longest wait for one thing, ms. Default ten minutes. */
  readonly waitMsMax?: number;
}

const WAIT_MS_MAX = 10 * 60_000;
const LOOK_MS = 100;
/** Twice the time in which processes look at their switches. */
const SWITCH_KNOWN_MS = 2_000;
const PULL = { recordsMax: 2_000, bytesMax: 8 * 2 ** 20, waitMs: 250 } as const;

export class StoresDrillPort implements DrillPort {
  readonly #options: StoresPortOptions;
  readonly #clock: HostClock;
  readonly #servers: AdServers;

  constructor(options: StoresPortOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#servers = new AdServers(options.servers, options.token);
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  async order<Name extends SwitchName>(name: Name, value: SwitchValues[Name], reason: string): Promise<void> {
    await this.#options.switches.set(name, value, { reason, by: this.#options.by });
    await pause(this.#clock, SWITCH_KNOWN_MS);
  }

  async mark({ name }: { readonly name: string }): Promise<TopicMark> {
    return new Map((await this.#options.log.offsets(name)).map(({ partition, end }) => [partition, end]));
  }

  async *values<Value>(topic: Topic<Value>, from: TopicMark = new Map()): AsyncGenerator<Value> {
    const { log } = this.#options;
    for (const { partition, earliest, end } of await log.offsets(topic.name)) {
      const fromOffset = Math.max(earliest, from.get(partition) ?? earliest);
      if (fromOffset >= end) continue;
      const reader = await log.read({ topic: topic.name, partition, fromOffset });
      try {
        for (let next = fromOffset; next < end; ) {
          const records: readonly LogRecord[] = await reader.pull(PULL);
          if (records.length === 0) break;
          for (const record of records) {
            const decoded = topic.decode(record);
            if (record.offset < end && "value" in decoded) yield decoded.value;
          }
          next = (records.at(-1) as LogRecord).offset + 1;
        }
      } finally {
        await reader.close();
      }
    }
  }

  async append(records: readonly NewRecord[]): Promise<void> {
    await this.#options.log.append(records);
  }

  async caughtUp(): Promise<void> {
    const { database, log } = this.#options;
    const operations = new PostgresOperations(database);
    // In the order of the way: what one stage sends is there when the next one is looked at.
    for (const { name, source } of [...GATEWAY_TASKS, ...UPDATER_TASKS]) {
      const ends = (await log.offsets(source.name)).filter(({ earliest, end }) => end > earliest);
      await this.#comes(`task ${name} reads what is in its topic`, async () => {
        const status = await operations.status();
        return ends.every(({ partition, end }) => {
          const at = status.find((each) => each.task === name && each.partition === partition);
          return (at?.next ?? 0) >= end;
        });
      });
      await this.#comes(`task ${name} sends what it made`, async () =>
        (await operations.status()).every(({ task, outboxPending }) => task !== name || outboxPending === 0),
      );
    }
    const work = new PostgresWorkStore(database);
    await this.#comes("the low lane is empty", async () =>
      (await work.status()).every(({ lane, waiting }) => lane !== "low" || waiting === 0),
    );
  }

  async refresh(handlers: readonly string[] | undefined): Promise<void> {
    await this.#run("refresh", handlers === undefined ? {} : { handlers: handlers.join(",") });
  }

  async serve(what: "baseOnly" | "live"): Promise<number> {
    return this.#servers.serve(what);
  }

  async rollBack(base: string | undefined, reason: string): Promise<string> {
    const { bases } = this.#options;
    if (bases === undefined) throw new Error("no object store is named, so there is no base to go back to");
    const { current } = await readCatalogue(bases);
    // Newest first: the next one is the one before.
    const names = (await listBases(bases)).bases.map(({ manifest }) => manifest.name);
    const to = base ?? names[names.indexOf(current ?? "") + 1];
    if (to === undefined) throw new Error(`no base is kept that is older than "${current}"`);
    await rollback(bases, to, { reason });
    await this.#servers.look();
    await this.#comes(`every ad server serves base "${to}"`, () => this.#servers.allServe(to));
    return to;
  }

  async refused(): Promise<number> {
    return this.#servers.refused();
  }

  async unsyncedRows(): Promise<Unsynced> {
    return unsyncedBy(await this.#run("source-sync", { repair: false }), "of table");
  }

  async unsyncedDocuments(): Promise<Unsynced> {
    return unsyncedBy(await this.#run("document-sync", { repair: false }), "by handler");
  }

  /** @throws Error with the reason when the run fails, or nobody takes it */
  async #run(workflow: string, options: JsonRecord): Promise<JsonRecord> {
    const { runs } = this.#options;
    const id = (await runs.ask({ workflow, options })) as number;
    let run: RunRecord | undefined;
    await this.#comes(
      `the end of run ${id} of workflow "${workflow}", which a process with role batch takes`,
      async () => {
        run = (await runs.runs({ workflow, runsMax: 20 })).find((each) => each.id === id);
        return run?.state === "done" || run?.state === "failed";
      },
    );
    if (run?.state !== "done") throw new Error(`workflow "${workflow}" failed: ${run?.error}`);
    return run.result ?? {};
  }

  async #comes(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const { waitMsMax = WAIT_MS_MAX } = this.#options;
    for (const untilMs = this.#clock.monotonicMs() + waitMsMax; !(await isSo()); await pause(this.#clock, LOOK_MS))
      if (this.#clock.monotonicMs() > untilMs) throw new Error(`it did not come within ${waitMsMax} ms: ${what}`);
  }
}

/** The result of a comparison's run. */
function unsyncedBy(result: JsonRecord, of: string): Unsynced {
  const [first] = result["named"] as readonly { place: string; kind: string; key: number }[];
  const words = first === undefined ? null : `${first.key}, ${first.kind} ${of} "${first.place}"`;
  return { count: Number(result["unsynced"]), first: words, inFlight: Number(result["inFlight"]) };
}
