/** The indexing pipeline on virtual time: upstreams that repeat and reorder, processes that die, and an index at the end. */
import type { ServableDocument } from "@tenon/ads-model";
import { deadLetterTopicOf, type LogRecord, type NewRecord } from "@tenon/event-log/api";
import { SeededRandom, SimulatedCluster, type SimulatedFaults, VirtualClock } from "@tenon/event-log/simulation";
import { bind } from "@tenon/graph-core";
import {
  AdDocumentRow,
  AdsDatabaseResource,
  ContentSignals,
  DroppedUpdates,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  type GatewayPolicy,
  GatewayPolicyResource,
  IndexDeltas,
  type LandingPage,
  type LandingPages,
  LandingPagesResource,
  RejectedUpdates,
  ServingControl,
  SOURCE_ENTITIES,
  SourceChanges,
} from "@tenon/nodes";
import type { WriteSet } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import {
  type Handler,
  MemoryTaskStore,
  MemoryWorkStore,
  type RunningHandlers,
  type RunningTasks,
  runHandlers,
  runTasks,
  SINK_RELAY,
  type Task,
} from "@tenon/stream-runtime";
import type { z } from "zod";
import { gatewayChangesTask, gatewaySignalsTask } from "../indexing/gateway.tasks.ts";
import { ARGUS_HANDLERS } from "../indexing/handlers.ts";
import { updaterHigh, updaterLow, updaterMedium } from "../indexing/updater.tasks.ts";
import { AdsDatabaseModel, type SourceChange } from "./ads-database-model.ts";
import { Life } from "./mortal.ts";

export type ContentSignal = z.infer<typeof ContentSignals.schema>;
type IndexDelta = z.infer<typeof IndexDeltas.schema>;

/** Later than every event: a record from the future would be put aside. */
export const WORLD_NOW_MS = 1_800_000_000_000;
export const INDEXING_TASKS: readonly Task[] = [
  gatewayChangesTask,
  gatewaySignalsTask,
  updaterHigh,
  updaterMedium,
  updaterLow,
];
const SOURCES = [SourceChanges, ContentSignals, EntityUpdatesHigh, EntityUpdatesMedium, EntityUpdatesLow];
const SINKS = [ServingControl, RejectedUpdates, DroppedUpdates, IndexDeltas];
const SETTLE_MAX_MS = 120_000;
const LOOK_MS = 200;
/** Looks in a row that find nothing to do: a change takes a moment from the rows to the feed. */
const QUIET_LOOKS = 4;

export interface WorldOptions {
  readonly seed: number;
  /** Chance that a commit is lost before, or its answer after, it took effect. */
  readonly commitFailure?: number;
  readonly faults?: Partial<SimulatedFaults>;
  readonly policy?: GatewayPolicy;
  /** For planted bugs. */
  readonly tasks?: readonly Task[];
  readonly handlers?: readonly Handler[];
}

interface Process {
  readonly life: Life;
  readonly tasks: RunningTasks;
  readonly handlers: RunningHandlers;
}

export const NO_ORDERS: GatewayPolicy = { version: "none", dropContentBeforeMs: null, lanes: {} };

export class IndexingWorld {
  readonly clock = new VirtualClock(WORLD_NOW_MS);
  readonly ads = new AdsDatabaseModel();
  readonly random: SeededRandom;
  readonly halted: string[] = [];
  policy: GatewayPolicy;
  /** Whether documents leave for serving; off: they wait, in order. */
  isPublishing = true;
  readonly repo: ModelRepo;
  readonly work: MemoryWorkStore<ModelTransaction>;
  readonly #options: WorldOptions;
  readonly #cluster: SimulatedCluster;
  readonly #log: ReturnType<SimulatedCluster["open"]>;
  readonly #tasks: MemoryTaskStore;
  readonly #processes: Process[] = [];
  #isFaulty = true;
  #toWrite = 0;

  private constructor(options: WorldOptions) {
    const { seed, commitFailure = 0, faults = {} } = options;
    const { clock } = this;
    this.#options = options;
    this.policy = options.policy ?? NO_ORDERS;
    this.random = new SeededRandom(seed);
    const fails = () => this.#isFaulty && this.random.chance(commitFailure);
    this.#cluster = new SimulatedCluster({ seed, clock, faults });
    this.#log = this.#cluster.open();
    this.repo = new ModelRepo([...SOURCE_ENTITIES, AdDocumentRow], {
      nowMs: clock.nowMs,
      faults: {
        beforeCommit: () => (fails() ? new Error("the connection was lost") : undefined),
        afterCommit: () => (fails() ? new Error("the outcome is unknown") : undefined),
      },
    });
    this.#tasks = new MemoryTaskStore({
      clock,
      write: (writeSets) => {
        for (const writeSet of writeSets) void this.#write(writeSet as WriteSet);
      },
      fault: () => (fails() ? (this.random.chance(0.5) ? "before" : "after") : undefined),
    });
    this.work = new MemoryWorkStore((work, transaction) => this.repo.transaction(work, transaction), clock);
  }

  static async start(options: WorldOptions): Promise<IndexingWorld> {
    const world = new IndexingWorld(options);
    await world.#log.createTopics([...SOURCES, ...SINKS, ...[...SOURCES, ...SINKS].map(deadLetterTopicOf)]);
    await world.startProcess();
    return world;
  }

  async startProcess(release: readonly Handler[] = this.#options.handlers ?? ARGUS_HANDLERS): Promise<void> {
    const { repo, clock, work } = this;
    const life = new Life();
    const log = life.of(this.#cluster.open()) as never;
    const owner = `process-${this.#processes.length}`;
    const resources = {
      adsDatabase: bind(AdsDatabaseResource, { value: this.ads }),
      gatewayPolicy: bind(GatewayPolicyResource, { current: () => this.policy }, ({ version }) => version),
    };
    const tasks = await runTasks({
      ...{
        tasks: this.#options.tasks ?? INDEXING_TASKS,
        log,
        store: life.of(this.#tasks),
        owner,
        clock,
        resources,
        checkedShare: 1,
      },
      onHalted: ({ name }, error) => {
        if (!life.isOver) this.halted.push(`${name}: ${error.message}`);
      },
    });
    const handlers = await runHandlers({
      ...{
        handlers: release,
        repo: life.of(repo),
        feed: repo.feed,
        cursors: repo.cursors,
      },
      ...{
        store: life.of(work),
        log,
        consumer: "argus",
        owner,
        clock,
        checkedShare: 1,
        leaseMs: 2_000,
        pumpLeaseMs: 1_000,
      },
      resources: { landingPages: bind(LandingPagesResource, { value: landingPages }) },
      relay: { ...SINK_RELAY, mayLeave: () => this.isPublishing },
    });
    this.#processes.push({ life, tasks, handlers });
  }

  /** The oldest living process dies in the middle of whatever it does; another one, of another release even, takes its place. */
  async kill(release?: readonly Handler[]): Promise<void> {
    const victim = this.#processes.find(({ life }) => !life.isOver);
    if (victim !== undefined) victim.life.isOver = true;
    await this.startProcess(release);
  }

  /** Has a handler work on keys again, in the low lane. */
  async refresh(handler: string, keys: readonly number[]): Promise<void> {
    const items = keys.map((key) => ({ handler, key, lane: "low" as const, upTo: 0n, rounds: 0 }));
    const options = { isolation: "readCommitted", attemptsMax: 100 } as const;
    await this.work.transaction((tx) => this.work.add(tx, items), options);
  }

  /** Tells of changes as the log of a database does: at least once. `times` says how often, `delayMs` when. */
  tell(change: SourceChange, how: { readonly times?: number; readonly delayMsMax?: number } = {}): void {
    const key = `${change.table}:${change.key}`;
    this.#send(SourceChanges.record({ key, timeMs: change.committedAtMs, value: change }), how);
  }

  observe(signal: ContentSignal, how: { readonly times?: number; readonly delayMsMax?: number } = {}): void {
    const key = `${signal.kind}:${keyOf(signal)}`;
    this.#send(ContentSignals.record({ key, timeMs: signal.observedAtMs, value: signal as never }), how);
  }

  /** Appends to any topic, as a backfill does. */
  async append(records: readonly NewRecord[]): Promise<void> {
    while (
      !(await this.#log.append(records).then(
        () => true,
        () => false,
      ))
    )
      await this.clock.runFor(5);
  }

  endFaults(): void {
    this.#isFaulty = false;
    this.#cluster.endFaults();
  }

  /** Lets time pass until nothing is left to do. @throws Error when that never comes */
  async settle(): Promise<void> {
    for (let quiet = 0, waitedMs = 0; quiet < QUIET_LOOKS; waitedMs += LOOK_MS) {
      if (waitedMs > SETTLE_MAX_MS) throw new Error(`the pipeline did not settle: ${await this.#whatWaits()}`);
      await this.clock.runFor(LOOK_MS);
      quiet = (await this.#isQuiet()) ? quiet + 1 : 0;
    }
  }

  async stop(): Promise<void> {
    const stopping = this.#processes.flatMap(({ tasks, handlers }) => [tasks.stop(), handlers.stop()]);
    await this.clock.runFor(60_000);
    await Promise.all(stopping);
  }

  /** The documents that an index would serve: of each ad the newest, whatever the order in which they came. */
  async index(): Promise<ReadonlyMap<number, ServableDocument>> {
    const newest = new Map<number, { readonly version: number; readonly document: ServableDocument | null }>();
    for (const delta of (await this.read(IndexDeltas)) as readonly IndexDelta[]) {
      const [adId, version, document] =
        delta.kind === "delete"
          ? ([delta.adId, delta.version, null] as const)
          : ([delta.document.ad.adId, delta.document.ad.version, delta.document] as const);
      if (version >= (newest.get(adId)?.version ?? 0)) newest.set(adId, { version, document });
    }
    const served = [...newest].flatMap(([adId, { document }]) =>
      document === null ? [] : [[adId, document] as const],
    );
    return new Map(served.sort(([one], [other]) => one - other));
  }

  /** Every value of a topic; what came twice is told by its id. */
  async read(topic: { readonly name: string }): Promise<readonly unknown[]> {
    const values: unknown[] = [];
    const seen = new Set<string>();
    for (const { headers, value } of await this.#records(topic.name)) {
      const id = headers["tenon-id"];
      if (id !== undefined && seen.has(id)) continue;
      if (id !== undefined) seen.add(id);
      values.push(JSON.parse(new TextDecoder().decode(value)));
    }
    return values;
  }

  #send(
    record: NewRecord,
    { times = 1, delayMsMax = 0 }: { readonly times?: number; readonly delayMsMax?: number },
  ): void {
    for (let time = 0; time < times; time++) {
      this.#toWrite++;
      this.clock.after(this.random.upTo(delayMsMax), () => {
        void this.#deliver(record);
      });
    }
  }

  async #deliver(record: NewRecord): Promise<void> {
    while (
      !(await this.#log.append([record]).then(
        () => true,
        () => false,
      ))
    )
      await this.#wait(5);
    this.#toWrite--;
  }

  /** The repository takes what the task's commit holds. Here it cannot be one commit: it is written until it is there. */
  async #write(writeSet: WriteSet): Promise<void> {
    this.#toWrite++;
    while (
      !(await this.repo
        .tx((tx) => tx.write(writeSet))
        .then(
          () => true,
          () => false,
        ))
    )
      await this.#wait(1);
    this.#toWrite--;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }

  async #whatWaits(): Promise<string> {
    const parked = await this.work.parked();
    const reasons = parked.map(({ handler, key, reason }) => `${handler} of ${key}: ${reason}`);
    const waiting = (await this.work.status()).map(({ handler, waiting: items }) => `${handler} waits for ${items}`);
    return [...reasons, ...waiting, ...this.halted].join("; ");
  }

  async #isQuiet(): Promise<boolean> {
    if (this.#toWrite > 0 || (await this.work.status()).length > 0) return false;
    const status = await this.#tasks.status();
    if (status.some(({ outboxPending }) => outboxPending > 0)) return false;
    for (const { name, source } of INDEXING_TASKS) {
      for (const { partition, earliest, end } of await this.#log.offsets(source.name)) {
        const at = status.find((each) => each.task === name && each.partition === partition);
        if (end > earliest && (at?.next ?? 0) < end) return false;
      }
    }
    return true;
  }

  async #records(topic: string): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (const { partition, earliest, end } of await this.#log.offsets(topic)) {
      const reader = await this.#log.read({ topic, partition, fromOffset: earliest });
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
}

export function keyOf(signal: ContentSignal): number {
  if (signal.kind === "performance") return signal.adId;
  return signal.kind === "brand" ? signal.advertiserId : signal.creativeId;
}

/** What is at an address is decided by the address; some nobody can look at. */
export function landingPageAt(url: string): LandingPage {
  if (url.endsWith("/unreachable")) return { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null };
  return url.endsWith("/broken")
    ? { state: "broken", httpStatus: 500, loadMs: 90, checkedAtMs: WORLD_NOW_MS }
    : { state: "ok", httpStatus: 200, loadMs: url.length, checkedAtMs: WORLD_NOW_MS };
}

export const landingPages: LandingPages = {
  check: async (url) => {
    const page = landingPageAt(url);
    if (page.state === "unknown") throw new Error("nobody could look there");
    return page;
  },
};
