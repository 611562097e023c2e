import { MARKETPLACE_NOW_MS, type Marketplace } from "@tenon/marketplace";
import type { Database, Transaction } from "@tenon/postgres";
import { ADS_TABLES, type AdsTable } from "../api/tables.ts";
import { notEmpty } from "../errors.ts";
import { sqlTable } from "../schema/names.ts";
import { copyRows, copyStatement } from "./copy-rows.ts";
import { marketplaceRows, type SeededOptions } from "./marketplace-rows.ts";

/**
 * Fills an empty database with a marketplace, in one transaction.
 *
 * @param options the marketplace's seed, by which tiers, ages of accounts and pictures are drawn; `nowMs` default
 *   `MARKETPLACE_NOW_MS`
 * @returns rows per table
 * @throws GraphError TENON1579 when there are rows already
 */
export function loadMarketplace(
  database: Database,
  marketplace: Marketplace,
  { seed, nowMs = MARKETPLACE_NOW_MS }: Partial<SeededOptions> & Pick<SeededOptions, "seed">,
): Promise<Readonly<Record<AdsTable, number>>> {
  return database.transaction(async (tx) => {
    await requireEmpty(tx);
    const rows = marketplaceRows(marketplace, { seed, nowMs });
    const counts = {} as Record<AdsTable, number>;
    for (const table of ADS_TABLES) {
      counts[table] = await tx.copyIn(copyStatement(table), copyRows(table, rows[table]));
    }
    return counts;
  });
}

async function requireEmpty(tx: Transaction): Promise<void> {
  for (const table of ADS_TABLES) {
    const [row] = await tx.query<{ filled: boolean }>(`select exists (select from ${sqlTable(table)}) as filled`);
    if (row?.filled === true) throw notEmpty(sqlTable(table));
  }
}
