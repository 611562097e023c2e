import {
  AdDocumentSchema,
  AdGroupSchema,
  AdSchema,
  AdvertiserSchema,
  CampaignSchema,
  type CountryCode,
  CreativeSchema,
  countryCode,
  countryOfRegion,
  matchesTargeting,
  type RegionCode,
  regionCode,
} from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { EMBEDDING_DIMENSIONS } from "./catalogue-tables.ts";
import { isRestrictedCategory } from "./category-traits.ts";
import { cosine } from "./embed-text.ts";
import { generateMarketplace, type Marketplace } from "./generate-marketplace.ts";
import { placeConjunctions } from "./generate-targeting.ts";
import { isPresent } from "./location.ts";

const catalogue = loadCatalogue();
const whole = generateMarketplace(catalogue, { seed: 1 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test("every brand of the catalogue has an ad, the known ones have more", () => {
  expect(whole.campaigns).toHaveLength(catalogue.brands.length);
  expect(whole.advertisers).toHaveLength(catalogue.organisations.length);
  expect(whole.documents.length).toBe(55_263);
  expect(whole.ads).toHaveLength(whole.documents.length);
});

test("ids are unique and ascending in every list", () => {
  const lists: readonly (readonly number[])[] = [
    whole.advertisers.map((row) => row.advertiserId),
    whole.campaigns.map((row) => row.campaignId),
    whole.adGroups.map((row) => row.adGroupId),
    whole.ads.map((row) => row.adId),
    whole.documents.map((row) => row.adId),
  ];
  for (const ids of lists) expect(ids.every((id, row) => row === 0 || id > (ids[row - 1] ?? 0))).toBe(true);
});

test("the same seed gives the same rows, another seed gives others", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 300 }), (seed, adsMax) => {
      const market = generateMarketplace(catalogue, { seed, adsMax });
      expect(generateMarketplace(catalogue, { seed, adsMax })).toEqual(market);
      expect(market.documents).toHaveLength(adsMax);
      if (adsMax > 0)
        expect(generateMarketplace(catalogue, { seed: seed + 1, adsMax }).documents).not.toEqual(market.documents);
    }),
    { numRuns: 5 },
  );
});

test("a smaller marketplace is a part of the larger one", () => {
  const small = generateMarketplace(catalogue, { seed: 1, adsMax: 1_000 });
  const byId = new Map(whole.documents.map((document) => [document.adId, document]));
  for (const document of small.documents) {
    const { embedding, ...rest } = document;
    expect({ ...byId.get(document.adId), embedding: null }).toEqual({ ...rest, embedding: null });
    expect(embedding.version).toBe(catalogue.version);
  }
  const advertisers = new Map(whole.advertisers.map((advertiser) => [advertiser.advertiserId, advertiser]));
  for (const advertiser of small.advertisers) expect(advertisers.get(advertiser.advertiserId)).toEqual(advertiser);
});

test("all rows are valid nouns of the ads model", () => {
  const market = generateMarketplace(catalogue, { seed: 99, adsMax: 3_000 });
  const parts = [
    [AdvertiserSchema, market.advertisers],
    [CampaignSchema, market.campaigns],
    [AdGroupSchema, market.adGroups],
    [AdSchema, market.ads],
    [CreativeSchema, market.creatives],
    [AdDocumentSchema, market.documents],
  ] as const;
  for (const [schema, rows] of parts) for (const row of rows) expect(schema.safeParse(row).error).toBeUndefined();
});

test("a document is the join of its rows", () => {
  const market = generateMarketplace(catalogue, { seed: 4, adsMax: 500 });
  const campaigns = new Map(market.campaigns.map((row) => [row.campaignId, row]));
  const groups = new Map(market.adGroups.map((row) => [row.adGroupId, row]));
  const creatives = new Map(market.creatives.map((row) => [row.creativeId, row]));
  const advertisers = new Map(market.advertisers.map((row) => [row.advertiserId, row]));
  for (const document of market.documents) {
    const group = groups.get(document.adGroupId);
    const campaign = campaigns.get(document.campaignId);
    expect(group?.campaignId).toBe(campaign?.campaignId);
    expect(document.bid).toEqual(group?.bid);
    expect(document.targeting).toEqual(group?.targeting);
    expect(document.budget).toEqual(campaign?.budget);
    expect(campaign?.advertiserId).toBe(document.advertiserId);
    expect(document.policyReview).toBe(advertisers.get(document.advertiserId)?.policyReview);
    expect(document.creativeReview).toBe(creatives.get(document.creativeId)?.review);
    if ([group?.status, campaign?.status].includes("paused")) expect(document.status).not.toBe("active");
  }
});

test("each document has its own vector of length 1 (a brand always has a category)", () => {
  expect(whole.embeddings).toHaveLength(whole.documents.length * EMBEDDING_DIMENSIONS);
  whole.documents.forEach(({ embedding }, row) => {
    const vector = whole.embeddings.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
    expect(embedding.row).toBe(row);
    expect(Math.abs(cosine(vector, vector) - 1)).toBeLessThan(1e-5);
  });
});

test("a brand of one country is targeted to it: REWE to Germany", () => {
  const rewe = whole.documents.filter(({ brand }) => brand === "REWE");
  expect(rewe.length).toBeGreaterThan(0);
  for (const { targeting } of rewe) {
    for (const conjunction of targeting.conjunctions) {
      expect(conjunction).toContainEqual({ attribute: "country", operator: "in", values: ["DE"] });
    }
  }
});

test("targeted places are exactly those of the catalogue", () => {
  const placesOf = placeConjunctions();
  const rules = [...new Set(catalogue.brands.map(({ location }) => location))];
  const places = fc.constantFrom(
    ...catalogue.cities.slice(0, 3_000).map(({ country, region }) => ({ country, region })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...rules), places, (rule, { country, region }) => {
      const assignment = { country: [country], region: region === null ? [] : [region] };
      const targeted = matchesTargeting({ whenMissing: "weak", conjunctions: placesOf(rule) }, assignment);
      expect(targeted).toBe(isPresent(rule, { country, region }));
    }),
    { numRuns: 3_000 },
  );
});

test("an excluded region is not targeted, the rest of its country is", () => {
  const placesOf = placeConjunctions();
  const rules = [...new Set(catalogue.brands.map(({ location }) => location))].filter(
    (rule) => rule.excludedRegions.length > 0,
  );
  expect(rules.length).toBeGreaterThan(10);
  for (const rule of rules) {
    const targeted = (region: RegionCode | null) =>
      matchesTargeting(
        { whenMissing: "weak", conjunctions: placesOf(rule) },
        {
          country: [countryOfRegion(regionCode(rule.excludedRegions[0] ?? ""))],
          region: region === null ? [] : [region],
        },
      );
    expect(rule.excludedRegions.some((region) => targeted(regionCode(region)))).toBe(false);
    expect(targeted(null)).toBe(true);
  }
});

test("restricted categories demand a known age of 25 or more", () => {
  const restricted = whole.documents.filter(({ category }) => isRestrictedCategory(category));
  expect(restricted.length).toBe(329);
  for (const { targeting } of restricted) {
    expect(targeting.whenMissing).toBe("strong");
    for (const conjunction of targeting.conjunctions) {
      expect(conjunction).toContainEqual({
        attribute: "ageBracket",
        operator: "in",
        values: ["25-34", "35-44", "45-54", "55-64", "65+"],
      });
    }
  }
});

test("the market is lively: some ads are paused, rejected, early, ended or restricted to one device", () => {
  const share = (claim: (document: Marketplace["documents"][number]) => boolean) =>
    whole.documents.filter(claim).length / whole.documents.length;
  expect(share(({ status }) => status !== "active")).toBeGreaterThan(0.05);
  expect(share(({ creativeReview }) => creativeReview !== "approved")).toBeGreaterThan(0.01);
  expect(share(({ objective }) => objective === "awareness")).toBeGreaterThan(0.1);
  expect(share(({ targeting }) => JSON.stringify(targeting).includes('"device"'))).toBeGreaterThan(0.08);
  expect(
    share(
      ({ status, creativeReview, policyReview }) =>
        status === "active" && creativeReview === "approved" && policyReview === "approved",
    ),
  ).toBeGreaterThan(0.8);
});

test("large countries have more ads than small ones, as in the catalogue", () => {
  const adsIn = (country: CountryCode) =>
    whole.documents.filter(({ targeting }) =>
      matchesTargeting(
        {
          ...targeting,
          conjunctions: targeting.conjunctions.map((all) =>
            all.filter(({ attribute }) => attribute === "country" || attribute === "region"),
          ),
        },
        { country: [country] },
      ),
    ).length;
  expect(adsIn(countryCode("US"))).toBeGreaterThan(adsIn(countryCode("LU")));
});
