import type { Database } from "@tenon/postgres";

/** Two campaigns of one advertiser, three ad groups, four ads. Ids say what they belong to: ad 211 is in group 21 of campaign 2. */
export async function insertSmallMarketplace(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    for (const statement of STATEMENTS) await tx.execute(statement);
  });
}

const GROUPS = [11, 12, 21];
const ADS = [111, 112, 121, 211];

const STATEMENTS = [
  `insert into ads.advertisers values (1, 'Brand', 'brands/shop', null, 'managed', 'active', 'approved', 0)`,
  ...[1, 2].flatMap((id) => [
    `insert into ads.campaigns values (${id}, 1, 'Campaign ${id}', 'Brand', 'brands/shop', 'clicks', 'active', 0, null, '[]')`,
    `insert into ads.budgets values (${id}, 9000000, 1000000, 0.25, 'even')`,
  ]),
  ...GROUPS.flatMap((id) => [
    `insert into ads.ad_groups values (${id}, ${Math.floor(id / 10)}, 'active', 'perClick', 100000)`,
    `insert into ads.targeting values (${id}, '{"whenMissing": "weak", "conjunctions": [[]]}')`,
  ]),
  ...ADS.flatMap((id) => [
    `insert into ads.creatives values (${id}, 'Title ${id}', 'Body', 'https://brands.example/${id}', null, 'approved')`,
    `insert into ads.ads values (${id}, ${Math.floor(id / 10)}, ${id}, 'active', '["word"]', 20000)`,
  ]),
];
