/**
 * Derives every document anew and compares it with what is stored, handler by handler.
 *
 * Z1 A difference is counted only if it is found twice, the same one, and in between the handlers' feed has gone past everything
 *    the first look saw, and no work item of it waits at the second. So a change that is on its way is never counted, and
 *    never asked for again.
 * Z2 A handler reads what others make as it is stored: a mistake is told once, with its owner, and not again by whoever reads it.
 */
import { type HostClock, pause, systemClock } from "@tenon/graph-core";
import type { Database } from "@tenon/postgres";
import { lastSequence, type PostgresRepo } from "@tenon/storage-repo";
import type { Handler, PostgresWorkStore } from "@tenon/stream-runtime";
import { UnsyncedReport } from "../compare/unsynced-report.ts";
import { WaitingList } from "../compare/waiting-list.ts";
import { LowLane } from "../refresh/low-lane.ts";
import { flagOption, namesOption } from "../workflows/read-options.ts";
import type { JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { feedIsPast } from "./feed-is-past.ts";
import { familiesOf, type HandlerFamily, keysOfPage } from "./handler-family.ts";
import { DocumentLook, type UnsyncedGroup } from "./look-at-documents.ts";

export interface DocumentSyncOptions {
  readonly database: Database;
  readonly repo: PostgresRepo;
  readonly work: PostgresWorkStore;
  readonly handlers: readonly Handler[];
  /** The handlers' place in the change feed. */
  readonly consumer: string;
  /** Cron, UTC; null: by command only. Default daily at 3:40. */
  readonly schedule?: string | null;
  /** Whether a scheduled run repairs. Default true. */
  readonly repair?: boolean;
  /** Between looks at what may be on its way, ms. Default 5 s. */
  readonly lookMs?: number;
  readonly keysPerPage?: number;
  /** Work items that may wait in the low lane before nobody adds to it. */
  readonly lowWaitingMax?: number;
  readonly clock?: HostClock;
}

const SCHEDULE = "40 3 * * *";
const LOOK_MS = 5_000;
const KEYS_PER_PAGE = 250;
/** Looks at one that changes again and again, or whose item does not come to its end. */
const WAITING = { itemsMax: 1_000, looksMax: 4 };
/** Looks at the feed before it is taken to stand still: a minute and a half. */
const FEED_LOOKS_MAX = 18;

interface Waiting {
  readonly family: number;
  readonly key: number;
  /** Handler → digest of what it made. */
  readonly seen: Readonly<Record<string, string>>;
}

/** Saved with every step. */
interface Progress {
  readonly family: number;
  /** Which scan of the family: its rows first, then what is derived of rows that are gone. */
  readonly scan: number;
  readonly after: number;
  readonly waiting: readonly Waiting[];
  /** Every change that a look at one of them saw is up to this number. */
  readonly seenUpTo: string;
  readonly report: JsonRecord;
}

export function documentSync(options: DocumentSyncOptions): Workflow {
  const { schedule = SCHEDULE } = options;
  return {
    name: "document-sync",
    owner: "ads-data",
    purpose: "finds stored documents that differ from what their handlers make of the stored rows",
    schedule,
    options: {
      repair: "true: handlers are asked to run again in the low lane; false: it is only told",
      handlers: "only these handlers, with commas between them",
    },
    run: (context) => new DocumentSync(options, context).run(),
  };
}

class DocumentSync {
  readonly #options: DocumentSyncOptions;
  readonly #context: RunContext;
  readonly #clock: HostClock;
  readonly #lane: LowLane;
  readonly #repair: boolean;
  readonly #families: readonly (HandlerFamily & { readonly look: DocumentLook })[];
  readonly #report: UnsyncedReport;
  #at: Pick<Progress, "family" | "scan" | "after">;
  readonly #waiting: WaitingList<Waiting>;
  #seenUpTo: bigint;

  constructor(options: DocumentSyncOptions, context: RunContext) {
    const { work, clock = systemClock, lowWaitingMax: waitingMax, handlers } = options;
    this.#options = options;
    this.#context = context;
    this.#clock = clock;
    this.#lane = new LowLane({ work, clock, signal: context.signal, waitingMax });
    this.#repair = flagOption(context.options, "repair", options.repair ?? true);
    const known = handlers.map(({ name }) => name);
    const names = namesOption(context.options, "handlers", known);
    this.#families = familiesOf(handlers.filter(({ name }) => names.includes(name))).map((family) => ({
      ...family,
      look: new DocumentLook(family.handlers, work),
    }));
    const saved = context.saved as unknown as Progress | undefined;
    this.#report = UnsyncedReport.from(saved?.report);
    this.#at = { family: saved?.family ?? 0, scan: saved?.scan ?? 0, after: saved?.after ?? 0 };
    this.#waiting = new WaitingList(WAITING, saved?.waiting);
    this.#seenUpTo = BigInt(saved?.seenUpTo ?? 0);
  }

  async run(): Promise<JsonRecord> {
    for (let family = this.#families[this.#at.family]; family !== undefined; family = this.#families[this.#at.family]) {
      await this.#scan(family);
      const isLast = this.#at.scan >= family.derived.length;
      const { family: at, scan } = this.#at;
      this.#at = isLast ? { family: at + 1, scan: 0, after: 0 } : { family: at, scan: scan + 1, after: 0 };
      await this.#save();
    }
    await this.#settleWaiting();
    return { ...this.#report.toJson(), repair: this.#repair };
  }

  async #scan(family: HandlerFamily): Promise<void> {
    const { repo, keysPerPage: rowsMax = KEYS_PER_PAGE } = this.#options;
    for (;;) {
      this.#context.signal.throwIfAborted();
      const { after, scan } = this.#at;
      const { keys, last, isEnd } = await keysOfPage(repo, family, { scan, after, rowsMax });
      await this.#first(keys);
      this.#report.compared += keys.length;
      this.#at = { ...this.#at, after: last ?? after };
      await this.#save();
      if (isEnd) return;
    }
  }

  async #first(keys: readonly number[]): Promise<void> {
    const found = await this.#look(this.#at.family, keys);
    const byKey = Map.groupBy(found, ({ key }) => key);
    const { family } = this.#at;
    this.#waiting.add([...byKey].map(([key, groups]) => ({ family, key, seen: digestsOf(groups) })));
    if (this.#waiting.isFull) await this.#settleWaiting();
  }

  async #look(family: number, keys: readonly number[]): Promise<readonly UnsyncedGroup[]> {
    if (keys.length === 0) return [];
    const { database, repo } = this.#options;
    const look = this.#families[family]?.look as DocumentLook;
    const found = await database.transaction((tx) => look.at(tx, repo, keys), {
      isolation: "repeatableRead",
      readOnly: true,
    });
    // After the look, so that it is not below what the look saw.
    if (found.length > 0) this.#seenUpTo = await lastSequence(database);
    return found;
  }

  async #settleWaiting(): Promise<void> {
    const { lookMs = LOOK_MS, keysPerPage = KEYS_PER_PAGE } = this.#options;
    const look = async (waiting: readonly Waiting[], nth: number) => {
      if (nth > 0) await pause(this.#clock, lookMs, this.#context.signal);
      if (!(await this.#feedIsPast())) return undefined;
      const still: Waiting[] = [];
      for (const [family, own] of Map.groupBy(waiting, (each) => each.family))
        for (let start = 0; start < own.length; start += keysPerPage)
          still.push(...(await this.#second(family, own.slice(start, start + keysPerPage))));
      return still;
    };
    this.#report.inFlight += await this.#waiting.settle(look, () => this.#save());
  }

  /** Resolves with those that are on their way (Z1). */
  async #second(family: number, waiting: readonly Waiting[]): Promise<readonly Waiting[]> {
    const seen = new Map(waiting.map((each) => [each.key, each.seen]));
    const found = await this.#look(
      family,
      waiting.map(({ key }) => key),
    );
    const isSame = ({ key, handler, digest }: UnsyncedGroup) => seen.get(key)?.[handler.name] === digest;
    const unsynced = found.filter((each) => !each.waits && isSame(each));
    for (const each of unsynced) this.#found(each);
    if (this.#repair) await this.#askAgain(unsynced);
    const still = found.filter((each) => each.waits || !isSame(each));
    return [...Map.groupBy(still, ({ key }) => key)].map(([key, groups]) => ({ family, key, seen: digestsOf(groups) }));
  }

  #found({ handler, key, kind, group, column, reason }: UnsyncedGroup): void {
    const { name: place, owner } = handler;
    this.#report.add({ place, kind, key, ageMs: null, facts: { owner, group, column, reason } });
  }

  /** What fails would fail again: its owner mends the handler, and retries what was put aside. */
  async #askAgain(unsynced: readonly UnsyncedGroup[]): Promise<void> {
    const repairable = unsynced.filter(({ kind }) => kind === "missing" || kind === "differs");
    for (const [handler, groups] of Map.groupBy(repairable, (each) => each.handler.name)) {
      const keys = groups.map(({ key }) => key);
      await this.#lane.ask([handler], keys);
      this.#report.repaired += keys.length;
    }
  }

  #feedIsPast(): Promise<boolean> {
    const { lookMs = LOOK_MS } = this.#options;
    const { signal } = this.#context;
    return feedIsPast(this.#seenUpTo, {
      ...this.#options,
      lookMs,
      looksMax: FEED_LOOKS_MAX,
      clock: this.#clock,
      signal,
    });
  }

  #save(): Promise<void> {
    this.#context.signal.throwIfAborted();
    const saved: Progress = {
      ...this.#at,
      ...{ waiting: this.#waiting.items, seenUpTo: String(this.#seenUpTo), report: this.#report.toJson() },
    };
    return this.#context.step({ done: this.#report.compared, saved: saved as unknown as JsonRecord });
  }
}

function digestsOf(groups: readonly UnsyncedGroup[]): Readonly<Record<string, string>> {
  return Object.fromEntries(groups.map(({ handler, digest }) => [handler.name, digest]));
}
