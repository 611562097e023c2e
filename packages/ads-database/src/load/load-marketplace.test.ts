import type { AdDocument } from "@tenon/ads-model";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADS_TABLES } from "../api/tables.ts";
import { AdsDatabaseReader } from "../read/ads-database-reader.ts";
import { migrateAdsDatabase } from "../schema/migrate-ads-database.ts";
import { loadMarketplace } from "./load-marketplace.ts";

const marketplace = generateMarketplace(loadCatalogue(), { seed: 1, adsMax: 400 });
let server: TestDatabase;
let counts: Awaited<ReturnType<typeof loadMarketplace>>;
beforeAll(async () => {
  server = await testDatabase();
  await migrateAdsDatabase(server.database);
  counts = await loadMarketplace(server.database, marketplace, { seed: 1 });
});
afterAll(() => server.drop());

test("every row of the marketplace is there, each with a version of its own", async () => {
  expect(counts).toEqual({
    advertisers: marketplace.advertisers.length,
    campaigns: marketplace.campaigns.length,
    budgets: marketplace.campaigns.length,
    ad_groups: marketplace.adGroups.length,
    targeting: marketplace.adGroups.length,
    creatives: marketplace.creatives.length,
    ads: 400,
  });
  const all = ADS_TABLES.map((table) => `select row_version from ads.${table}`).join(" union ");
  const [row] = await server.database.query<{ versions: bigint }>(`select count(*) as versions from (${all}) as v`);
  expect(Number(row?.versions)).toBe(Object.values(counts).reduce((sum, count) => sum + count));
});

/** What can be told of a document from rows alone. */
const LEFT_OUT = ["version", "updatedAtMs", "embedding", "qualityScore", "popularity", "status"] as const;

test("documents can be joined from the rows, but for what signals hold", async () => {
  const reader = new AdsDatabaseReader(server.database);
  for (const document of marketplace.documents) {
    const joined = await joinRows(reader, document.adId);
    const expected: Partial<AdDocument> = { ...document };
    for (const field of LEFT_OUT) delete (expected as Record<string, unknown>)[field];
    expect(joined).toEqual(expected);
  }
});

async function joinRows(reader: AdsDatabaseReader, adId: number) {
  const get = async <Row>(answer: Promise<{ readonly row: Row | null }>): Promise<Row> => (await answer).row!;
  const ad = await get(reader.row({ table: "ads", key: adId }));
  const [group, targeting, creative] = await Promise.all([
    get(reader.row({ table: "ad_groups", key: ad.adGroupId })),
    get(reader.row({ table: "targeting", key: ad.adGroupId })),
    get(reader.row({ table: "creatives", key: ad.creativeId })),
  ]);
  const [campaign, budget] = await Promise.all([
    get(reader.row({ table: "campaigns", key: group.campaignId })),
    get(reader.row({ table: "budgets", key: group.campaignId })),
  ]);
  const advertiser = await get(reader.row({ table: "advertisers", key: campaign.advertiserId }));
  const { bidPays: pays, bidAmountMicros: amount } = group;
  return {
    adId,
    adGroupId: ad.adGroupId,
    campaignId: group.campaignId,
    advertiserId: campaign.advertiserId,
    creativeId: ad.creativeId,
    creativeReview: creative.review,
    policyReview: advertiser.policyReview,
    schedule: { startAtMs: campaign.startAtMs, endAtMs: campaign.endAtMs },
    targeting: targeting.expression,
    keywords: ad.keywords,
    category: campaign.category,
    objective: campaign.objective,
    bid: pays === "perClick" ? { pays, bidMicros: amount } : { pays, cpmMicros: amount },
    floorMicros: ad.floorMicros,
    budget: {
      lifetime: { kind: "hardLifetime", capMicros: budget.lifetimeCapMicros },
      daily:
        budget.dailyCapMicros === null
          ? null
          : {
              kind: "softDaily",
              capMicros: budget.dailyCapMicros,
              overdeliveryRatioMax: budget.overdeliveryRatioMax,
            },
      pacing: budget.pacing,
    },
    frequencyCaps: campaign.frequencyCaps,
    brand: campaign.brand,
    title: creative.title,
    body: creative.body,
    landingUrl: creative.landingUrl,
  };
}

test("a second marketplace is refused", async () => {
  await expect(loadMarketplace(server.database, marketplace, { seed: 1 })).rejects.toMatchObject({ code: "TENON1579" });
});

test("text that COPY would take for its own comes back as it was", async () => {
  const other = await testDatabase();
  try {
    await migrateAdsDatabase(other.database);
    const body = "tab\t, line\n, return\r, backslash \\N and \\. 💡";
    const [first, ...rest] = marketplace.creatives;
    await loadMarketplace(other.database, { ...marketplace, creatives: [{ ...first!, body }, ...rest] }, { seed: 1 });
    const { row } = await new AdsDatabaseReader(other.database).row({ table: "creatives", key: first!.creativeId });
    expect(row?.body).toBe(body);
  } finally {
    await other.drop();
  }
});
