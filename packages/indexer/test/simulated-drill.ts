/** A drill on virtual time: the pipeline of the simulation takes its orders, and the oracle says which documents are right. */
import { isDeepStrictEqual } from "node:util";
import { ADS_TABLES, type AdsTable } from "@tenon/ads-database";
import type { NewRecord, Topic } from "@tenon/event-log/api";
import { sourceOfTable } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { expectedDocuments, withoutVersion } from "../../../graphs/testing/expected-documents.ts";
import {
  type ContentSignal,
  type IndexingWorld,
  landingPageAt,
  NO_ORDERS,
} from "../../../graphs/testing/indexing-world.ts";
import type { DrillPort, TopicMark, Unsynced } from "../src/drills/drill-port.ts";
import { compareRow } from "../src/source-sync/compare-row.ts";
import type { SwitchName, SwitchValues } from "../src/switches/switch-store.ts";

/** Tables whose rows are parts of another one's, under its key. */
const PART_OF: Partial<Record<AdsTable, AdsTable>> = { budgets: "campaigns", targeting: "ad_groups" };
/** More than a simulation has of any table. */
const ROWS_MAX = 10_000;

export interface SimulatedOptions {
  readonly world: IndexingWorld;
  readonly signals: ReadonlyMap<string, ContentSignal>;
  readonly adIds: readonly number[];
}

export class SimulatedDrill implements DrillPort {
  readonly #options: SimulatedOptions;

  constructor(options: SimulatedOptions) {
    this.#options = options;
  }

  nowMs(): number {
    return this.#options.world.clock.nowMs();
  }

  async order<Name extends SwitchName>(name: Name, value: SwitchValues[Name]): Promise<void> {
    const { world } = this.#options;
    if (name === "publishing") world.isPublishing = value as boolean;
    else
      world.policy =
        value === null ? NO_ORDERS : { ...NO_ORDERS, version: `before ${value}`, dropContentBeforeMs: value as number };
  }

  /** Records so far: topics of the simulation are read from their beginning. */
  async mark(topic: { readonly name: string }): Promise<TopicMark> {
    return new Map([[0, (await this.#options.world.read(topic)).length]]);
  }

  async *values<Value>(topic: Topic<Value>, from: TopicMark = new Map()): AsyncGenerator<Value> {
    yield* (await this.#options.world.read(topic)).slice(from.get(0) ?? 0) as readonly Value[];
  }

  append(records: readonly NewRecord[]): Promise<void> {
    return this.#options.world.append(records);
  }

  caughtUp(): Promise<void> {
    return this.#options.world.settle();
  }

  async refresh(handlers: readonly string[] | undefined): Promise<void> {
    const { world, adIds } = this.#options;
    for (const handler of handlers ?? []) await world.refresh(handler, adIds);
  }

  /** The index of the simulation is all deltas: it has no base to go back to, and refuses nothing. */
  async serve(): Promise<number> {
    return 0;
  }

  async rollBack(): Promise<string> {
    return "none";
  }

  async refused(): Promise<number> {
    return 0;
  }

  async unsyncedRows(): Promise<Unsynced> {
    const { world } = this.#options;
    const wrong: string[] = [];
    for (const table of ADS_TABLES) {
      const { entity, group } = sourceOfTable(table);
      const rows = read(entity, [`${group}SourceAtMs`] as never);
      const held = await world.repo.read([rows], (snapshot) => snapshot.page(rows, { rowsMax: ROWS_MAX }));
      const stored = new Map(held.map(({ key, versions }) => [key as number, Number(versions[group] ?? 0n)]));
      for (const key of new Set([...world.ads.keys(table), ...stored.keys()])) {
        // The advertisers' database lets no part outlive its row; the simulation's may.
        const whole = PART_OF[table] ?? table;
        if (world.ads.state(whole, key).row === null && whole !== table) continue;
        const { version, row } = world.ads.state(table, key);
        const at = stored.get(key) ?? 0;
        const difference = compareRow(
          { isThere: row !== null, version },
          { isThere: at > 0 && at % 2 === 0, version: at },
        );
        if (difference !== undefined) wrong.push(`${key}, ${difference} of table "${table}"`);
      }
    }
    return { count: wrong.length, first: wrong[0] ?? null, inFlight: 0 };
  }

  async unsyncedDocuments(): Promise<Unsynced> {
    const { world, signals } = this.#options;
    const wanted = expectedDocuments({ ads: world.ads, signals, landing: landingPageAt });
    const served = await servedIn(world);
    const ids = [...new Set([...wanted.keys(), ...served.keys()])];
    const wrong = ids.filter((adId) => !isDeepStrictEqual(served.get(adId), wanted.get(adId)));
    return { count: wrong.length, first: wrong[0] === undefined ? null : `ad ${wrong[0]}`, inFlight: 0 };
  }
}

/** What an index would serve, without versions. */
export async function servedIn(world: IndexingWorld): Promise<ReadonlyMap<number, object>> {
  return new Map([...(await world.index())].map(([adId, document]) => [adId, withoutVersion(document)] as const));
}
