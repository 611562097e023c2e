/**
 * Whatever is edited: asking for the rows that the change log names, in any order and more than once, and keeping the newer
 * version, gives the tables.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AdsUnderTest, type OwnServer, ownServer } from "../../test/own-server.ts";
import { insertSmallMarketplace } from "../../test/small-rows.ts";
import type { CurrentRow, RowKey } from "../api/current-row.ts";
import { ADS_TABLES } from "../api/tables.ts";
import { applyEdit } from "../edits/apply-edit.ts";
import type { EditChange } from "../edits/edit.ts";
import { AdsDatabaseReader } from "../read/ads-database-reader.ts";
import { pages } from "../read/pages.ts";
import type { ChangeLog, ChangePiece } from "./change-log.ts";
import { createChangeLog } from "./create-change-log.ts";
import { openChangeLog } from "./open-change-log.ts";

const RUNS = Number(process.env.TENON_HISTORIES ?? 15);

let own: OwnServer;
let ads: AdsUnderTest;
let log: ChangeLog;
let replica: Replica;
beforeAll(async () => {
  own = await ownServer();
  ads = await own.open();
  await createChangeLog(ads);
  await insertSmallMarketplace(ads.database);
  log = await openChangeLog({ ...ads, deltasMax: 4, backOff: async () => undefined });
  replica = new Replica();
});
afterAll(async () => {
  await log.close();
  await ads.close();
  await own.stop();
});

/** What a consumer knows: the newest version of each row that it has heard of. */
class Replica {
  readonly #rows = new Map<string, CurrentRow>();

  take(state: CurrentRow): void {
    const id = `${state.table}:${state.key}`;
    const known = this.#rows.get(id);
    if (known === undefined || state.version > known.version) this.#rows.set(id, state);
    // One version is one state.
    else if (state.version === known.version) expect(state).toEqual(known);
  }

  /** Keys of a table that it believes to be there. */
  keysOf(table: string): RowKey[] {
    return this.present().filter((row) => row.table === table);
  }

  present(): CurrentRow[] {
    return [...this.#rows.values()].filter(({ row }) => row !== null);
  }
}

const group = fc.constantFrom(11, 12, 21, 22);
const ad = fc.constantFrom(111, 112, 121, 211, 221);
const status = fc.constantFrom("active" as const, "paused" as const);
const micros = fc.integer({ min: 1, max: 5 });
const newAd = (adId: number, adGroupId: number) => ({
  ad: { adId, adGroupId, creativeId: adId, status: "active", keywords: [], floorMicros: 1 } as const,
  creative: {
    creativeId: adId,
    title: "Again",
    body: "",
    landingUrl: "https://brands.example/again",
    imageUrl: null,
    review: "pending",
  } as const,
});

const changes: fc.Arbitrary<EditChange> = fc.oneof(
  fc.record({ adGroupId: group, bidAmountMicros: micros }).map((bid) => ({ kind: "setBids" as const, bids: [bid] })),
  fc
    .record({ key: ad, status })
    .map(({ key, status }) => ({ kind: "setStatus" as const, table: "ads" as const, keys: [key], status })),
  fc.record({ kind: fc.constant("moveAd" as const), adId: ad, adGroupId: group }),
  fc.record({ kind: fc.constant("deleteAd" as const), adId: ad }),
  fc.record({ kind: fc.constant("deleteAdGroup" as const), adGroupId: group }),
  fc.tuple(ad, group).map(([adId, to]) => ({ kind: "createAds" as const, ads: [newAd(adId, to)] })),
  fc.tuple(group, ad, micros).map(([adGroupId, adId, bidAmountMicros]) => ({
    kind: "createAdGroup" as const,
    adGroup: {
      adGroupId,
      campaignId: Math.floor(adGroupId / 10),
      status: "active" as const,
      bidPays: "perClick" as const,
      bidAmountMicros,
    },
    targeting: { whenMissing: "weak" as const, conjunctions: [] },
    ads: [newAd(adId, adGroupId)],
  })),
);

type Step =
  | { readonly kind: "edits"; readonly changes: readonly EditChange[]; readonly commits: boolean }
  | { readonly kind: "sql"; readonly text: string }
  | { readonly kind: "read"; readonly order: readonly number[]; readonly acknowledge: boolean }
  | { readonly kind: "cut" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("edits" as const),
      changes: fc.array(changes, { minLength: 1, maxLength: 4 }),
      commits: fc.constant(true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("edits" as const),
      changes: fc.array(changes, { minLength: 1, maxLength: 2 }),
      commits: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        "truncate ads.ads, ads.creatives",
        "update ads.ads set ad_id = 500 where ad_id = 111 and not exists (select from ads.ads where ad_id = 500)",
        "update ads.ads set ad_id = 111 where ad_id = 500 and not exists (select from ads.ads where ad_id = 111)",
      )
      .map((text) => ({ kind: "sql" as const, text })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      order: fc.array(fc.nat(1_000), { maxLength: 20 }),
      acknowledge: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "cut" as const }) },
);

test("replaying the change log through the reader gives the tables", async () => {
  const reader = new AdsDatabaseReader(ads.database);
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (history) => {
      for (const step of history) await take(step, reader);
      await catchUp(reader);
      expect(sorted(replica.present())).toEqual(sorted(await tables()));
    }),
    { numRuns: RUNS },
  );
}, 120_000);

async function take(step: Step, reader: AdsDatabaseReader): Promise<void> {
  switch (step.kind) {
    case "edits":
      await ads.database
        .transaction(async (tx) => {
          for (const change of step.changes) await applyEdit(tx, { atMs: 0, change });
          if (!step.commits) throw new Error("rolled back");
        })
        .catch((error: Error) => expect(error.message).toBe("rolled back"));
      return;
    case "sql":
      await ads.database.execute(step.text);
      return;
    case "read":
      await replay(await log.pull({ waitMs: 5, piecesMax: 10 }), reader, step);
      return;
    case "cut":
      await ads.cutReader();
  }
}

/** Asks in the order drawn, some of them twice, and takes the answers the other way round. */
async function replay(
  pieces: readonly ChangePiece[],
  reader: AdsDatabaseReader,
  { order, acknowledge }: { readonly order: readonly number[]; readonly acknowledge: boolean },
): Promise<void> {
  const asks = pieces.flatMap(({ deltas }) =>
    deltas.flatMap((delta): RowKey[] => (delta.operation === "truncate" ? replica.keysOf(delta.table) : [delta])),
  );
  const drawn = order.flatMap((place) => asks[place % Math.max(1, asks.length)] ?? []);
  const states = await reader.rows([...drawn, ...asks]);
  for (const state of [...states].reverse()) replica.take(state);
  const last = pieces.at(-1);
  if (acknowledge && last !== undefined) await log.acknowledge(last.position);
}

/** Until a row written now has come. */
async function catchUp(reader: AdsDatabaseReader): Promise<void> {
  await ads.database.execute("update ads.advertisers set registered_at_ms = registered_at_ms + 1");
  const { version } = await reader.row({ table: "advertisers", key: 1 });
  for (let come = false; !come; ) {
    const pieces = await log.pull({ waitMs: 1_000 });
    await replay(pieces, reader, { order: [], acknowledge: true });
    come = pieces.some(({ deltas }) =>
      deltas.some((delta) => delta.operation === "write" && 2 * delta.rowVersion === version),
    );
  }
}

async function tables(): Promise<CurrentRow[]> {
  const rows: CurrentRow[] = [];
  for (const table of ADS_TABLES) {
    for await (const page of pages(ads.database, table, { rowsMax: 3, columns: true })) {
      for (const { row, ...state } of page) rows.push({ table, ...state, row: row ?? null });
    }
  }
  return rows;
}

function sorted(rows: readonly CurrentRow[]): CurrentRow[] {
  return [...rows].sort((left, right) => left.table.localeCompare(right.table) || left.key - right.key);
}
