/** A generated marketplace as rows of the ads database and signals: documents taken apart, so that the pipeline can join them. */
import type { AdDocument } from "@tenon/ads-model";
import { EMBEDDING_DIMENSIONS, type Marketplace } from "@tenon/marketplace";
import type { SourceTable } from "@tenon/nodes";
import type { ContentSignal } from "./indexing-world.ts";

export interface SourceRow {
  readonly table: SourceTable;
  readonly key: number;
  readonly row: object;
}

/** What the marketplace does not have is made up: an account's age and tier. */
export function marketplaceRows(marketplace: Marketplace): readonly SourceRow[] {
  const { advertisers, campaigns, adGroups, creatives, documents } = marketplace;
  const rows: SourceRow[] = [];
  for (const advertiser of advertisers) {
    const account = { country: null, tier: "managed", registeredAtMs: 1_000 };
    rows.push({ table: "advertisers", key: advertiser.advertiserId, row: { ...advertiser, ...account } });
  }
  for (const { campaignId, advertiserId, name, objective, status, schedule, frequencyCaps, budget } of campaigns) {
    const { brand, category } = documents.find((each) => each.campaignId === campaignId) as AdDocument;
    const facts = { campaignId, advertiserId, name, brand, category, objective, status, ...schedule, frequencyCaps };
    rows.push({ table: "campaigns", key: campaignId, row: facts });
    const { lifetime, daily, pacing } = budget;
    const { capMicros: dailyCapMicros = null, overdeliveryRatioMax = null } = daily ?? {};
    const caps = { campaignId, lifetimeCapMicros: lifetime.capMicros, dailyCapMicros, overdeliveryRatioMax, pacing };
    rows.push({ table: "budgets", key: campaignId, row: caps });
  }
  for (const { adGroupId, campaignId, status, bid, targeting } of adGroups) {
    const bidAmountMicros = bid.pays === "perClick" ? bid.bidMicros : bid.cpmMicros;
    rows.push({
      ...{ table: "ad_groups", key: adGroupId },
      row: { adGroupId, campaignId, status, bidPays: bid.pays, bidAmountMicros },
    });
    rows.push({ table: "targeting", key: adGroupId, row: { adGroupId, expression: targeting } });
  }
  for (const creative of creatives) {
    rows.push({ table: "creatives", key: creative.creativeId, row: { ...creative, imageUrl: null } });
  }
  for (const ad of marketplace.ads) {
    const { floorMicros } = documents.find(({ adId }) => adId === ad.adId) as AdDocument;
    rows.push({ table: "ads", key: ad.adId, row: { ...ad, floorMicros } });
  }
  return rows;
}

/** The signals that documents need: popularity, vectors, and the reviewers' score, which is the documents' quality. */
export function marketplaceSignals(
  { documents, embeddings }: Marketplace,
  observedAtMs: number,
): readonly ContentSignal[] {
  return documents.flatMap(
    ({ adId, creativeId, advertiserId, popularity, qualityScore, embedding }): ContentSignal[] => {
      const facts = { version: 1, observedAtMs };
      const start = embedding.row * EMBEDDING_DIMENSIONS;
      const vector = Array.from(embeddings.subarray(start, start + EMBEDDING_DIMENSIONS));
      const counts = {
        impressions7d: 900,
        clicks7d: 9,
        impressions30d: 4_000,
        clicks30d: 44,
        conversions30d: 1,
        hides30d: 4,
      };
      return [
        { kind: "brand", advertiserId, ...facts, popularity },
        { kind: "embedding", creativeId, ...facts, space: embedding.version, vector },
        { kind: "performance", adId, ...facts, ...counts, spend7dMicros: 7 as never, reviewScore: qualityScore },
      ];
    },
  );
}
