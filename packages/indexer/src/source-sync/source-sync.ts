/**
 * Compares the ads database with the repository, row by row, and sends again what the repository lacks.
 *
 * Y1 A row differs only if it differs in this order: the repository is read, then the source. What the repository holds came from
 *    the source, so a newer version there means that the source went back, not that it moved on.
 * Y2 A state that was written a moment ago is on its way. Its row is looked at again, and counted only when the state that is
 *    missing has been there for longer than a way takes.
 * Y3 What is sent again goes through the gateway's and updater's graphs, in the low lane: versions decide, so sending is harmless.
 */
import { ADS_TABLES, type AdsDatabaseReader, type AdsTable, type CurrentRow, pages } from "@tenon/ads-database";
import type { EventLog } from "@tenon/event-log/api";
import { type HostClock, pause, systemClock } from "@tenon/graph-core";
import { EntityUpdatesLow, sourceOfTable } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import type { PostgresRepo } from "@tenon/storage-repo";
import { UnsyncedReport } from "../compare/unsynced-report.ts";
import { WaitingList } from "../compare/waiting-list.ts";
import { UpdateRuns } from "../source/update-runs.ts";
import { flagOption, namesOption } from "../workflows/read-options.ts";
import type { JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { type DifferingRow, examineRows } from "./examine-rows.ts";
import { StoredGroups } from "./stored-groups.ts";

export interface SourceSyncOptions {
  readonly adsDatabase: Database;
  readonly adsRows: Pick<AdsDatabaseReader, "rows">;
  readonly database: Database;
  readonly repo: PostgresRepo;
  readonly log: EventLog;
  /** Cron, UTC; null: by command only. Default hourly, at 20 past. */
  readonly schedule?: string | null;
  /** Whether a scheduled run repairs. Default true. */
  readonly repair?: boolean;
  /** How long a change may be on its way before it is missed, ms. Default 60 s. */
  readonly inFlightMs?: number;
  readonly rowsPerPage?: number;
  readonly clock?: HostClock;
  /** Told when the source went back. */
  readonly onAlarm?: (what: string) => void;
}

const SCHEDULE = "20 * * * *";
const IN_FLIGHT_MS = 60_000;
const ROWS_PER_PAGE = 1_000;
const WAITING = { itemsMax: 2_000, looksMax: 3 };
/** Rows sent again by one run: more is a first load, or a source that was restored. */
const REPAIRS_MAX = 100_000;

interface RowName {
  readonly table: AdsTable;
  readonly key: number;
}

/** Saved with every step. */
interface Progress {
  /** Tables that are done, and the last key of the next one. */
  readonly tables: number;
  readonly after: number;
  readonly waiting: readonly RowName[];
  readonly report: JsonRecord;
}

export function sourceSync(options: SourceSyncOptions): Workflow {
  const { schedule = SCHEDULE } = options;
  return {
    name: "source-sync",
    owner: "ads-data",
    purpose: "finds rows of the ads database that the repository lacks, holds in an older state, or should not hold",
    schedule,
    options: {
      repair: "true: what is unsynced is sent again in the low lane; false: it is only told",
      tables: "only these tables, with commas between them",
    },
    run: (context) => new SourceSync(options, context).run(),
  };
}

class SourceSync {
  readonly #options: SourceSyncOptions;
  readonly #context: RunContext;
  readonly #clock: HostClock;
  readonly #runs: UpdateRuns;
  readonly #repair: boolean;
  readonly #tables: readonly AdsTable[];
  readonly #report: UnsyncedReport;
  #done: Pick<Progress, "tables" | "after">;
  readonly #waiting: WaitingList<RowName>;

  constructor(options: SourceSyncOptions, context: RunContext) {
    this.#options = options;
    this.#context = context;
    this.#clock = options.clock ?? systemClock;
    this.#runs = new UpdateRuns("source-sync", { clock: this.#clock });
    this.#repair = flagOption(context.options, "repair", options.repair ?? true);
    this.#tables = namesOption(context.options, "tables", ADS_TABLES);
    const saved = context.saved as unknown as Progress | undefined;
    this.#report = UnsyncedReport.from(saved?.report);
    this.#done = { tables: saved?.tables ?? 0, after: saved?.after ?? 0 };
    this.#waiting = new WaitingList(WAITING, saved?.waiting);
  }

  async run(): Promise<JsonRecord> {
    while (this.#done.tables < this.#tables.length) {
      await this.#scan(this.#tables[this.#done.tables] as AdsTable);
      this.#done = { tables: this.#done.tables + 1, after: 0 };
      await this.#save();
    }
    await this.#settleWaiting();
    const newer = this.#report.count("newer");
    if (newer > 0) this.#options.onAlarm?.(`source-sync: ${newer} rows are newer in the repository than at the source`);
    return { ...this.#report.toJson(), sourceWentBack: newer > 0, repair: this.#repair };
  }

  /** Both sides in key order; the source's pages say up to where. */
  async #scan(table: AdsTable): Promise<void> {
    const { adsDatabase, rowsPerPage: rowsMax = ROWS_PER_PAGE } = this.#options;
    const stored = new StoredGroups(this.#options, sourceOfTable(table));
    const { signal } = this.#context;
    for await (const page of pages(adsDatabase, table, { after: this.#done.after, rowsMax, signal })) {
      const upTo = page.at(-1)?.key as number;
      await this.#compare(table, { stored, page, upTo });
      this.#done = { ...this.#done, after: upTo };
      await this.#save();
    }
    await this.#compare(table, { stored, page: [], upTo: Number.POSITIVE_INFINITY });
  }

  async #compare(
    table: AdsTable,
    {
      stored,
      page,
      upTo,
    }: {
      readonly stored: StoredGroups;
      readonly page: readonly { readonly key: number; readonly version: number }[];
      readonly upTo: number;
    },
  ): Promise<void> {
    this.#report.compared += page.length;
    const atSource = new Map(page.map((row) => [row.key, row]));
    for (let after = this.#done.after; ; ) {
      const rows = await stored.page(after, this.#options.rowsPerPage ?? ROWS_PER_PAGE);
      const suspects: number[] = [];
      for (const [key, side] of rows) {
        if (key > upTo) break;
        const source = atSource.get(key);
        atSource.delete(key);
        if (source?.version !== side.version && (source !== undefined || side.isThere)) suspects.push(key);
      }
      await this.#examineLater(table, suspects);
      after = [...rows.keys()].at(-1) ?? upTo;
      if (rows.size < (this.#options.rowsPerPage ?? ROWS_PER_PAGE) || after >= upTo) break;
    }
    await this.#examineLater(table, [...atSource.keys()]);
  }

  /** What differs for certain is counted at once; what is on its way waits. */
  async #examineLater(table: AdsTable, keys: readonly number[]): Promise<void> {
    if (keys.length === 0) return;
    this.#waiting.add(await this.#examine(table, keys));
    if (this.#waiting.isFull) await this.#settleWaiting();
  }

  async #settleWaiting(): Promise<void> {
    const { inFlightMs = IN_FLIGHT_MS } = this.#options;
    const look = async (waiting: readonly RowName[]) => {
      await pause(this.#clock, inFlightMs, this.#context.signal);
      this.#context.signal.throwIfAborted();
      const still: RowName[] = [];
      for (const [table, rows] of Map.groupBy(waiting, (each) => each.table))
        still.push(
          ...(await this.#examine(
            table,
            rows.map(({ key }) => key),
          )),
        );
      return still;
    };
    this.#report.inFlight += await this.#waiting.settle(look, () => this.#save());
  }

  /** Resolves with those that are on their way. */
  async #examine(table: AdsTable, keys: readonly number[]): Promise<readonly RowName[]> {
    const { inFlightMs = IN_FLIGHT_MS } = this.#options;
    const { signal } = this.#context;
    const { differing, inFlight } = await examineRows(table, keys, { ...this.#options, inFlightMs, signal });
    for (const each of differing) this.#found(each);
    if (this.#repair) await this.#send(differing.filter(({ kind }) => kind !== "newer").map(({ row }) => row));
    return inFlight.map((key) => ({ table, key }));
  }

  #found({ row: { table, key, version: sourceVersion }, kind, ageMs, storedVersion }: DifferingRow): void {
    const { entity, group } = sourceOfTable(table);
    const facts = { group: `${entity.name}.${group}`, sourceVersion, storedVersion };
    this.#report.add({ place: table, kind, key, ageMs, facts });
  }

  async #send(rows: readonly CurrentRow[]): Promise<void> {
    const sent = rows.slice(0, Math.max(0, REPAIRS_MAX - this.#report.repaired));
    if (sent.length === 0) return;
    const timeMs = this.#clock.nowMs();
    const updates = await Promise.all(sent.map((row) => this.#runs.updateOfRow(row)));
    const keyed = updates.map((value) => ({ key: `${value.entity}:${value.key}`, timeMs, value }));
    await this.#options.log.append(keyed.map((message) => EntityUpdatesLow.record(message)));
    this.#report.repaired += sent.length;
  }

  #save(): Promise<void> {
    this.#context.signal.throwIfAborted();
    const saved: Progress = { ...this.#done, waiting: this.#waiting.items, report: this.#report.toJson() };
    return this.#context.step({ done: this.#report.compared, saved: saved as unknown as JsonRecord });
  }
}
