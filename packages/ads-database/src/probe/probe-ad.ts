/** An ad that is written to be looked for and shown to nobody. */
import { TARGET_EVERYBODY } from "@tenon/ads-model";
import type { Transaction } from "@tenon/postgres";
import type { AdsRows, AdsTable } from "../api/tables.ts";
import { columnsOf, keyColumn, sqlColumns, sqlTable } from "../schema/names.ts";

/** Advertisers' ids come from below. */
export const PROBE_IDS_FROM = 2 ** 52;

/** Parents first. */
const TABLES = ["advertisers", "campaigns", "budgets", "ad_groups", "targeting", "creatives", "ads"] as const;

/**
 * Writes a whole ad with rows of its own, all under one id; what is there already is set back.
 *
 * Its campaign is paused and ended in 1970. A paused ad is indexed as every other and is the first thing that serving drops, by
 * document and by the short cut; the end is a second lock. Targeting that matches nobody would do it too, but is what a probe may
 * be testing, and a surface of its own would be another path than the one that ads take.
 *
 * @param id `PROBE_IDS_FROM` or more
 */
export async function putProbeAd(tx: Transaction, id: number, name: string): Promise<void> {
  const rows = probeRows(id, name);
  for (const table of TABLES) await put(tx, table, rows[table] as never);
}

/** Resolves with the rows that were there. */
export async function removeProbeAd(tx: Transaction, id: number): Promise<number> {
  let rows = 0;
  for (const table of TABLES.toReversed())
    rows += await tx.execute(`delete from ${sqlTable(table)} where ${keyColumn(table)} = $1`, [id]);
  return rows;
}

/** When the newest row of the ad was written, ms since 1970 on the database's clock; null when there is none. */
export async function probeWrittenAtMs(tx: Transaction, id: number): Promise<number | null> {
  const times = TABLES.map((table) => `select updated_at_ms from ${sqlTable(table)} where ${keyColumn(table)} = $1`);
  const [row] = await tx.query<{ newest: bigint | null }>(
    `select max(updated_at_ms)::int8 as newest from (${times.join(" union all ")}) as written`,
    [id],
  );
  return row?.newest == null ? null : Number(row.newest);
}

function probeRows(id: number, name: string): AdsRows {
  const brand = "Tenon probe";
  const category = "Probes";
  return {
    advertisers: {
      ...{ advertiserId: id, brand, category, country: null, tier: "self_service", status: "active" },
      ...{ policyReview: "approved", registeredAtMs: 0 },
    },
    campaigns: {
      ...{ campaignId: id, advertiserId: id, name: `probe ${name}`, brand, category, objective: "clicks" },
      ...{ status: "paused", startAtMs: 0, endAtMs: 1, frequencyCaps: [] },
    },
    budgets: {
      ...{ campaignId: id, lifetimeCapMicros: 1_000_000, dailyCapMicros: null, overdeliveryRatioMax: null },
      pacing: "even",
    },
    ad_groups: { adGroupId: id, campaignId: id, status: "active", bidPays: "perClick", bidAmountMicros: 10_000 },
    targeting: { adGroupId: id, expression: TARGET_EVERYBODY },
    creatives: {
      ...{ creativeId: id, title: `Probe ${name}`, body: "Shown to nobody.", landingUrl: "https://probe.invalid/" },
      ...{ imageUrl: null, review: "approved" },
    },
    ads: { adId: id, adGroupId: id, creativeId: id, status: "active", keywords: ["probe"], floorMicros: 0 },
  };
}

async function put<Table extends AdsTable>(tx: Transaction, table: Table, row: AdsRows[Table]): Promise<void> {
  const columns = sqlColumns(table);
  const values = columnsOf(table).map((column) => {
    const value = (row as unknown as Readonly<Record<string, unknown>>)[column];
    return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
  });
  const set = columns.filter((column) => column !== keyColumn(table)).map((column) => `${column} = excluded.${column}`);
  await tx.execute(
    `insert into ${sqlTable(table)} (${columns.join(", ")}) values (${columns.map((_, at) => `$${at + 1}`).join(", ")})
     on conflict (${keyColumn(table)}) do update set ${set.join(", ")}`,
    values as never,
  );
}
