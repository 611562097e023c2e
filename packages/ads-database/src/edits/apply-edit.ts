import type { Transaction } from "@tenon/postgres";
import type { AdsRows, AdsTable } from "../api/tables.ts";
import { columnsOf, keyColumn, sqlColumn, sqlColumns, sqlTable } from "../schema/names.ts";
import type { Edit, EditChange, NewAd } from "./edit.ts";

/**
 * Applies one edit inside a transaction of its own, with plain SQL.
 *
 * Idempotent: values are absolute, rows that have them already are not written, rows that are gone are left alone, and what is to
 * be created is created once. So an edit of which it is unknown whether it was committed can be applied again.
 *
 * @returns rows written or deleted; 0 when nothing was left to do
 * @throws GraphError TENON1501 as the server refuses it: 40001 asks for the whole transaction again (V2 of schema/changes.ts),
 *   23514 tells of a value that the schema does not allow
 */
export function applyEdit(tx: Transaction, { change }: Edit): Promise<number> {
  return apply(tx, change);
}

async function apply(tx: Transaction, change: EditChange): Promise<number> {
  switch (change.kind) {
    case "setBids":
      return inTurn(change.bids, ({ adGroupId, bidAmountMicros }) =>
        update(tx, "ad_groups", adGroupId, { bidAmountMicros }),
      );
    case "setBudget": {
      const { campaignId, ...values } = change.budget;
      return update(tx, "budgets", campaignId, values);
    }
    case "setStatus":
      return inTurn(change.keys, (key) => update(tx, change.table, key, { status: change.status }));
    case "setTargeting":
      return update(tx, "targeting", change.adGroupId, { expression: change.expression });
    case "setText":
      return update(tx, "creatives", change.creativeId, { title: change.title, body: change.body });
    case "setReview":
      return change.table === "creatives"
        ? update(tx, "creatives", change.key, { review: change.review })
        : update(tx, "advertisers", change.key, { policyReview: change.review });
    case "createAds":
      return createAds(tx, change.ads);
    case "createAdGroup": {
      const { adGroup, targeting: expression, ads } = change;
      const groups = await insert(tx, "ad_groups", adGroup, ["campaigns", adGroup.campaignId]);
      const { adGroupId } = adGroup;
      const targeting = await insert(tx, "targeting", { adGroupId, expression }, ["ad_groups", adGroupId]);
      return groups + targeting + (await createAds(tx, ads));
    }
    case "moveAd":
      return tx.execute(
        `update ads.ads set ad_group_id = $2 where ad_id = $1 and ad_group_id <> $2
         and exists (select from ads.ad_groups where ad_group_id = $2)`,
        [change.adId, change.adGroupId],
      );
    case "deleteAd":
      return deleteAds(tx, "ad_id", change.adId);
    case "deleteAdGroup": {
      const ads = await deleteAds(tx, "ad_group_id", change.adGroupId);
      return ads + (await tx.execute("delete from ads.ad_groups where ad_group_id = $1", [change.adGroupId]));
    }
  }
}

/** In the order given: `advertiserDay` lists keys ascending, so that two edits do not wait for each other. */
async function inTurn<Item>(items: readonly Item[], write: (item: Item) => Promise<number>): Promise<number> {
  const counts = await Promise.all(items.map(write));
  return counts.reduce((sum, count) => sum + count, 0);
}

function update<Table extends AdsTable>(
  tx: Transaction,
  table: Table,
  key: number,
  values: Partial<AdsRows[Table]>,
): Promise<number> {
  const columns = Object.keys(values);
  const places = columns.map((_, index) => `$${index + 2}`);
  const names = columns.map(sqlColumn);
  return tx.execute(
    `update ${sqlTable(table)} set (${names.join(", ")}) = row(${places.join(", ")})
     where ${keyColumn(table)} = $1 and (${names.map((name, index) => `${name} is distinct from ${places[index]}`).join(" or ")})`,
    [key, ...Object.values(values).map(toParameter)],
  );
}

/** Once, and only below a parent that is there. */
function insert<Table extends AdsTable>(
  tx: Transaction,
  table: Table,
  row: AdsRows[Table],
  parent: readonly [table: AdsTable, key: number],
): Promise<number> {
  const columns = sqlColumns(table).join(", ");
  const values = columnsOf(table).map((column) => (row as unknown as Record<string, unknown>)[column]);
  const record = Object.fromEntries(sqlColumns(table).map((column, index) => [column, values[index]]));
  const [parentTable, parentKey] = parent;
  return tx.execute(
    `insert into ${sqlTable(table)} (${columns})
     select ${columns} from jsonb_populate_record(null::${sqlTable(table)}, $1::jsonb)
     where exists (select from ${sqlTable(parentTable)} where ${keyColumn(parentTable)} = $2)
     on conflict do nothing`,
    [JSON.stringify(record), parentKey],
  );
}

async function createAds(tx: Transaction, ads: readonly NewAd[]): Promise<number> {
  let written = 0;
  for (const { ad, creative } of ads) {
    written += await insert(tx, "creatives", creative, ["ad_groups", ad.adGroupId]);
    written += await insert(tx, "ads", ad, ["ad_groups", ad.adGroupId]);
  }
  return written;
}

async function deleteAds(tx: Transaction, by: "ad_id" | "ad_group_id", key: number): Promise<number> {
  const gone = await tx.query<{ creative_id: bigint }>(`delete from ads.ads where ${by} = $1 returning creative_id`, [
    key,
  ]);
  const creatives = await tx.execute(
    `delete from ads.creatives as shown where creative_id = any($1::int8[])
     and not exists (select from ads.ads where creative_id = shown.creative_id)`,
    [gone.map(({ creative_id: id }) => id)],
  );
  return gone.length + creatives;
}

/** `pg` would send an array as an array of Postgres; the columns are JSON. */
function toParameter(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
