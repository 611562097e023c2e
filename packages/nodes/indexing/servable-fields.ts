/** Every leaf of a servable document and the column of `ad_document` it comes from: whose it is, and which handler makes it. */

interface FieldPlace {
  readonly group: string;
  readonly column: string;
}

function of(group: string, columns: Readonly<Record<string, readonly string[]>>): readonly [string, FieldPlace][] {
  return Object.entries(columns).flatMap(([column, leaves]) =>
    leaves.map((leaf): [string, FieldPlace] => [leaf, { group, column }]),
  );
}

const under = (prefix: string, ...names: readonly string[]) => names.map((name) => `${prefix}.${name}`);

/** Leaf, as a path → its place. A leaf is what is no object; a list, a bid and whatever else is compared whole is one. */
export const SERVABLE_FIELDS: ReadonlyMap<string, FieldPlace> = new Map([
  ...of("servable", {
    document: ["ad.adId", "ad.version"],
    servableSourceAtMs: ["ad.updatedAtMs"],
  }),
  ...of("delivery", {
    adGroupId: ["ad.adGroupId"],
    campaignId: ["ad.campaignId"],
    advertiserId: ["ad.advertiserId"],
    creativeId: ["ad.creativeId"],
    status: ["ad.status"],
    creativeReview: ["ad.creativeReview"],
    policyReview: ["ad.policyReview"],
    schedule: under("ad.schedule", "startAtMs", "endAtMs"),
    frequencyCaps: ["ad.frequencyCaps"],
    advertiser: under("signals.advertiser", "tier", "country", "registeredAtMs"),
  }),
  ...of("offer", {
    objective: ["ad.objective"],
    bid: ["ad.bid"],
    floorMicros: ["ad.floorMicros"],
    budget: [
      ...under("ad.budget", "lifetime.kind", "lifetime.capMicros", "pacing"),
      ...under("ad.budget.daily", "kind", "capMicros", "overdeliveryRatioMax"),
    ],
    limits: under("signals.limits", "bidCeilingMicros", "spendDailyMaxMicros"),
  }),
  ...of("targeting", {
    targeting: under("ad.targeting", "whenMissing", "conjunctions"),
    reach: under(
      "signals.reach",
      ...["countries", "countriesExcluded", "isWorldwide", "conjunctions", "predicates", "values"],
    ),
  }),
  ...of("creative", {
    brand: ["ad.brand"],
    title: ["ad.title"],
    body: ["ad.body"],
    landingUrl: ["ad.landingUrl"],
    text: under(
      "signals.text",
      ...["landingDomain", "titleCharacters", "titleWords", "bodyCharacters", "bodyWords", "hasPrice", "hasDiscount"],
    ),
  }),
  ...of("image", {
    image: under(
      "signals.image",
      ...["url", "width", "height", "aspectRatio", "signature", "textShare", "dominantColor"],
    ),
  }),
  ...of("relevance", {
    keywords: ["ad.keywords"],
    annotations: under("signals.annotations", "terms", "language", "confidence"),
  }),
  ...of("interests", {
    category: ["ad.category"],
    interests: under("signals.interests", "interests", "topInterest"),
  }),
  ...of("performance", {
    qualityScore: ["ad.qualityScore"],
    popularity: ["ad.popularity"],
    performance: under(
      "signals.performance",
      ...["impressions7d", "clicks7d", "clickRate7d", "impressions30d", "clicks30d", "conversions30d", "clickRate30d"],
      ...["conversionRate30d", "hideRate30d", "spend7dMicros", "reviewScore"],
    ),
  }),
  ...of("landing", {
    landing: under("signals.landing", "state", "httpStatus", "loadMs", "checkedAtMs"),
  }),
  ...of("embedding", {
    embeddingSpace: ["ad.embedding.version"],
    embeddingRow: ["ad.embedding.row"],
  }),
]);
