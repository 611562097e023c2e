/**
 * Fills an empty repository: every row of the ads database, every signal that is given, and what handlers derive of them, in bulk and
 * through the graphs of the live path. What changes meanwhile is in the change log, which must have been made before.
 *
 * F1 Rows are read after the change log was made, so a change is in the tables, in the log, or in both; versions decide.
 * F2 Nobody else writes the repository meanwhile: no updater and no handler runs before the first load has ended. The handlers'
 *    feed begins behind what is written here.
 */
import { ADS_TABLES, type CurrentRow, pages } from "@tenon/ads-database";
import type { HostClock } from "@tenon/graph-core";
import { AdGroupRow, AdRow } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { deltaCursor, type FeedCursor, joinBase, type PostgresRepo, withBase } from "@tenon/storage-repo";
import { type AnyEntity, type GroupWrite, type Key, read, type WriteSet } from "@tenon/storage-repo/api";
import { type Handler, mergedWrites, RowDeriver } from "@tenon/stream-runtime";
import { type ArgusSettings, argusBindings } from "../argus/bindings.ts";
import { handlersOfAdGroups, handlersOfAds } from "../argus/handlers-of-ads.ts";
import { indexerError } from "../indexer-error.ts";
import { type ContentSignal, type UpdateOutcome, UpdateRuns } from "../source/update-runs.ts";

export interface FirstLoadOptions {
  readonly adsDatabase: Database;
  readonly database: Database;
  readonly repo: PostgresRepo;
  readonly signals: Iterable<ContentSignal>;
  readonly handlers: readonly Handler[];
  readonly argus: ArgusSettings;
  readonly clock?: HostClock;
  readonly onProgress?: (what: string, done: number) => void;
}

export interface FirstLoaded {
  readonly rows: number;
  readonly signals: number;
  readonly documents: number;
  readonly rejected: readonly UpdateOutcome["rejected"][number][];
  /** Where the handlers' feed begins. */
  readonly cursor: FeedCursor;
}

/** Updates in memory at once, and rows of one transaction. */
const CHUNK = 2_000;
/** Work items of the live path count from 2 on, so whatever it derives is newer. */
const FIRST_VERSION = 1n;
/** Rejected updates that are kept by name. */
const REJECTED_KEPT_MAX = 100;

/** @throws GraphError TENON1685 when the repository holds rows already */
export async function firstLoad(options: FirstLoadOptions): Promise<FirstLoaded> {
  await requireEmpty(options.repo);
  const load = new FirstLoad(options);
  const rows = await load.rows();
  const signals = await load.signals();
  const { documents, cursor } = await load.derived();
  return { rows, signals, documents, cursor, rejected: load.rejected };
}

const AnyAd = read(AdRow, ["status"]);
const AnyGroup = read(AdGroupRow, ["status"]);

async function requireEmpty(repo: PostgresRepo): Promise<void> {
  const found = await repo.read([AnyAd], (snapshot) => snapshot.page(AnyAd, { rowsMax: 1 }));
  if (found.length === 0) return;
  throw indexerError("notEmpty", "the repository holds ads already, so it is not filled for the first time", {
    detail: `the first is ad ${found[0]?.key}`,
    hint: "`tenon workflow run source-sync --option repair=true` brings what is missing",
  });
}

class FirstLoad {
  readonly rejected: UpdateOutcome["rejected"][number][] = [];
  readonly #options: FirstLoadOptions;
  readonly #runs: UpdateRuns;

  constructor(options: FirstLoadOptions) {
    this.#options = options;
    this.#runs = new UpdateRuns("first-load", options.clock === undefined ? {} : { clock: options.clock });
  }

  async rows(): Promise<number> {
    let done = 0;
    for (const table of ADS_TABLES) {
      for await (const page of pages(this.#options.adsDatabase, table, { rowsMax: CHUNK, columns: true })) {
        const rows = page.map((scanned) => ({ ...scanned, table, row: scanned.row ?? null }) as CurrentRow);
        await this.#write(await Promise.all(rows.map((row) => this.#runs.updateOfRow(row))));
        done += rows.length;
        this.#options.onProgress?.("rows", done);
      }
    }
    return done;
  }

  async signals(): Promise<number> {
    let done = 0;
    for (const chunk of chunksOf(this.#options.signals, CHUNK)) {
      await this.#write(await Promise.all(chunk.map((signal) => this.#runs.updateOfSignal(signal))));
      done += chunk.length;
      this.#options.onProgress?.("signals", done);
    }
    return done;
  }

  /** First what ad groups derive, which ads read; then ads, at a snapshot that sees it. */
  async derived(): Promise<{ readonly documents: number; readonly cursor: FeedCursor }> {
    const { handlers, database } = this.#options;
    const ofGroups = handlersOfAdGroups(handlers);
    const ofAds = handlersOfAds(handlers);
    await withBase({ database }, ({ exported }) =>
      this.#derive(ofGroups, { keys: AnyGroup, exported, what: "ad groups" }),
    );
    const documents = await withBase({ database }, ({ exported }) =>
      this.#derive(ofAds, { keys: AnyAd, exported, what: "documents" }),
    );
    // After what was written here: nobody else writes yet, so this is the first batch that wakes a handler.
    const cursor = await withBase({ database }, async ({ watermark }) => deltaCursor(watermark));
    return { documents, cursor };
  }

  async #derive(
    handlers: readonly Handler[],
    from: {
      readonly keys: typeof AnyAd | typeof AnyGroup;
      readonly exported: string;
      readonly what: string;
    },
  ): Promise<number> {
    if (handlers.length === 0) return 0;
    const { database, argus, onProgress, clock } = this.#options;
    const deriver = new RowDeriver({ handlers, resources: argusBindings(argus, clock), ...(clock && { clock }) });
    return joinBase({ database, exported: from.exported, reads: [from.keys, ...deriver.reads] }, async (snapshot) => {
      let done = 0;
      for (let after: Key | undefined; ; ) {
        const page = await snapshot.page(from.keys as typeof AnyAd, { after: after as never, rowsMax: CHUNK });
        const derived = await deriver.derive(
          snapshot,
          page.map(({ key }) => key),
          () => FIRST_VERSION,
        );
        const failed = derived.find(({ failure }) => failure !== undefined);
        if (failed?.failure !== undefined) throw failed.failure.error;
        await this.#bulk(writesOf(derived));
        done += page.length;
        onProgress?.(from.what, done);
        if (page.length < CHUNK) return done;
        after = page.at(-1)?.key;
      }
    });
  }

  async #write(updates: readonly Parameters<UpdateRuns["outcomeOf"]>[0][]): Promise<void> {
    const outcomes = await Promise.all(updates.map((update) => this.#runs.outcomeOf(update)));
    for (const { rejected } of outcomes) {
      if (this.rejected.length < REJECTED_KEPT_MAX) this.rejected.push(...rejected);
    }
    await this.#bulk(mergedWrites(outcomes.map(({ writes }) => writes)));
  }

  /** Group by group: deletes and restores mean nothing in a repository that was empty. */
  async #bulk(writes: WriteSet): Promise<void> {
    const { repo } = this.#options;
    for (const [name, { groups = {} }] of Object.entries(writes)) {
      const entity = repo.entities.find((each) => each.name === name) as AnyEntity;
      for (const [group, written = []] of Object.entries(groups))
        await repo.bulk({ entity, group }, written as readonly GroupWrite[], { lane: "low" });
    }
  }
}

function writesOf(derived: Awaited<ReturnType<RowDeriver["derive"]>>): WriteSet {
  return mergedWrites(
    derived.flatMap(({ key, groups }) =>
      [...groups].map(([name, { version, columns }]): WriteSet => {
        const [entity = "", group = ""] = name.split(".");
        return { [entity]: { groups: { [group]: [{ key, version, columns }] } } };
      }),
    ),
  );
}

function* chunksOf<Item>(items: Iterable<Item>, size: number): Generator<readonly Item[]> {
  let chunk: Item[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
