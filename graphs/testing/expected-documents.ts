/**
 * The documents that rows and signals make, by plain joins: an oracle that shares no line with the nodes. Where they say the same,
 * they were written twice on purpose.
 */
import { type ServableDocument, ServableDocumentSchema } from "@tenon/ads-model";
import type { LandingPage, SourceTable } from "@tenon/nodes";
import type { AdsDatabaseModel } from "./ads-database-model.ts";
import type { ContentSignal } from "./indexing-world.ts";

// biome-ignore lint/suspicious/noExplicitAny: rows are whatever the database holds
type Row = any;

export interface Facts {
  readonly ads: Pick<AdsDatabaseModel, "keys" | "state">;
  /** Newest of each kind and key. */
  readonly signals: ReadonlyMap<string, ContentSignal>;
  readonly landing: (url: string) => LandingPage;
}

/** By ad; without the version, which no source knows. */
export function expectedDocuments(facts: Facts): ReadonlyMap<number, object> {
  const found = facts.ads.keys("ads").toSorted((one, other) => one - other);
  const documents = found.flatMap((adId) => {
    const document = documentOf(adId, facts);
    return document === null ? [] : [[adId, withoutVersion(document)] as const];
  });
  return new Map(documents);
}

export function withoutVersion({ ad: { version: _, ...ad }, signals }: ServableDocument): object {
  return { ad, signals };
}

function documentOf(adId: number, { ads, signals, landing }: Facts): ServableDocument | null {
  const times: number[] = [];
  const rowOf = (table: SourceTable, key: number): Row => {
    const { row, updatedAtMs } = ads.state(table, key);
    if (row !== null) times.push(updatedAtMs);
    return row;
  };
  const signalOf = (kind: ContentSignal["kind"], key: number): Row => {
    const signal = signals.get(`${kind}:${key}`);
    if (signal !== undefined) times.push(signal.observedAtMs);
    return signal;
  };
  const ad = rowOf("ads", adId);
  const group = rowOf("ad_groups", ad.adGroupId);
  const targeting = rowOf("targeting", ad.adGroupId);
  const creative = rowOf("creatives", ad.creativeId);
  if (!group || !targeting || !creative) return null;
  const campaign = rowOf("campaigns", group.campaignId);
  const budget = rowOf("budgets", group.campaignId);
  if (!campaign || !budget) return null;
  const advertiser = rowOf("advertisers", campaign.advertiserId);
  const embedding = signalOf("embedding", ad.creativeId);
  if (!advertiser || !embedding) return null;

  const image = signalOf("image", ad.creativeId);
  const annotations = signalOf("annotations", ad.creativeId);
  const interests = signalOf("interests", ad.creativeId)?.interests ?? [];
  const counts = signalOf("performance", adId);
  const popularity = signalOf("brand", campaign.advertiserId)?.popularity ?? 0;
  const ranked = [...interests].sort((one: Row, other: Row) =>
    one.affinity === other.affinity ? one.interest.localeCompare(other.interest, "en") : other.affinity - one.affinity,
  );
  const perClick = group.bidPays === "perClick";
  const statuses = [ad.status, group.status, campaign.status, advertiser.status];
  const status = ["archived", "paused"].find((each) => statuses.includes(each)) ?? "active";
  const daily = budget.dailyCapMicros;
  return ServableDocumentSchema.parse({
    ad: {
      ...{ adId, adGroupId: ad.adGroupId, campaignId: group.campaignId, advertiserId: campaign.advertiserId },
      ...{ creativeId: ad.creativeId, version: 1, updatedAtMs: Math.max(...times), status },
      ...{ creativeReview: creative.review, policyReview: advertiser.policyReview },
      schedule: { startAtMs: campaign.startAtMs, endAtMs: campaign.endAtMs },
      targeting: { ...targeting.expression, conjunctions: distinct(targeting.expression.conjunctions) },
      ...{ keywords: ad.keywords, category: campaign.category },
      embedding: { version: embedding.space, row: embedding.version },
      objective: campaign.objective,
      bid: { pays: group.bidPays, [perClick ? "bidMicros" : "cpmMicros"]: group.bidAmountMicros },
      floorMicros: ad.floorMicros,
      budget: {
        lifetime: { kind: "hardLifetime", capMicros: budget.lifetimeCapMicros },
        daily: daily && { kind: "softDaily", capMicros: daily, overdeliveryRatioMax: budget.overdeliveryRatioMax },
        pacing: budget.pacing,
      },
      frequencyCaps: campaign.frequencyCaps,
      qualityScore: counts === undefined ? 0.7 : qualityOf(counts),
      ...{ popularity, brand: campaign.brand, title: creative.title, body: creative.body },
      landingUrl: creative.landingUrl,
    },
    signals: {
      advertiser: { tier: advertiser.tier, country: advertiser.country, registeredAtMs: advertiser.registeredAtMs },
      limits: {
        bidCeilingMicros: Math.min(group.bidAmountMicros, budget.lifetimeCapMicros, daily ?? budget.lifetimeCapMicros),
        spendDailyMaxMicros: daily && halfEven(daily * (1 + budget.overdeliveryRatioMax)),
      },
      reach: reachOf(distinct(targeting.expression.conjunctions)),
      text: textOf(creative),
      image: image && creative.imageUrl === image.imageUrl ? pictureOf(image) : null,
      annotations: annotations
        ? {
            terms: annotations.terms.filter((term: string) => !new Set(ad.keywords).has(term)),
            ...{ language: annotations.language, confidence: annotations.confidence },
          }
        : null,
      interests: { interests: ranked, topInterest: ranked.at(0)?.interest ?? null },
      performance: counts ? ratesOf(counts) : null,
      landing: landing(creative.landingUrl),
    },
  });
}

function ratesOf(counts: Row): Row {
  const { kind: _, adId: __, version: ___, observedAtMs: ____, hides30d, ...rest } = counts;
  return {
    ...rest,
    clickRate7d: (counts.clicks7d + 2) / (counts.impressions7d + 200),
    clickRate30d: (counts.clicks30d + 2) / (counts.impressions30d + 200),
    conversionRate30d: (counts.conversions30d + 1) / (counts.clicks30d + 50),
    hideRate30d: (hides30d + 1) / (counts.impressions30d + 2_000),
  };
}

function qualityOf(counts: Row): number {
  const hidden = (counts.hides30d + 1) / (counts.impressions30d + 2_000);
  const penalty = hidden <= 0.002 ? 0 : hidden >= 0.02 ? 0.5 : (0.5 * (hidden - 0.002)) / 0.018;
  return Number((Math.round(counts.reviewScore * (1 - penalty) * 1_000) / 1_000).toFixed(3));
}

function pictureOf({ imageUrl: url, width, height, signature, textShare, dominantColor }: Row): Row {
  return { url, width, height, aspectRatio: width / height, signature, textShare, dominantColor };
}

function textOf({ title, body, landingUrl }: Row): Row {
  const words = (text: string) => text.match(/\S+/g)?.length ?? 0;
  return {
    landingDomain: landingUrl.split("/")[2],
    ...{ titleCharacters: Array.from(title).length, titleWords: words(title) },
    ...{ bodyCharacters: Array.from(body).length, bodyWords: words(body) },
    hasPrice: /\$\d/.test(`${title} ${body}`),
    hasDiscount: saysDiscount(`${title} ${body}`),
  };
}

/** A percentage, or a word that promises one: brands are called so, too, and count. */
function saysDiscount(text: string): boolean {
  const words = text.toLowerCase().split(/[^a-z0-9_]+/);
  return ["off", "sale", "discount"].some((word) => words.includes(word)) || /[0-9] ?%/.test(text);
}

function distinct(conjunctions: readonly Row[]): readonly Row[] {
  const seen = new Set<string>();
  return conjunctions.filter((conjunction) => {
    const name = conjunction
      .map(({ attribute, operator, values }: Row) => `${attribute} ${operator} ${[...values].sort().join()}`)
      .sort()
      .join("; ");
    return !seen.has(name) && seen.add(name);
  });
}

function reachOf(conjunctions: readonly (readonly Row[])[]): Row {
  const asked = conjunctions.map((each) =>
    each.flatMap(({ attribute, operator, values }) => {
      if (operator !== "in") return [];
      return attribute === "country"
        ? values
        : attribute === "region"
          ? values.map((code: string) => code.slice(0, 2))
          : [];
    }),
  );
  const excluded = conjunctions.map((each) =>
    each.flatMap(({ attribute, operator, values }) => (attribute === "country" && operator === "notIn" ? values : [])),
  );
  const everywhere = excluded.flat().filter((code) => excluded.every((codes) => codes.includes(code)));
  return {
    countries: [...new Set(asked.flat())].sort(),
    countriesExcluded: [...new Set(everywhere)].sort(),
    isWorldwide: asked.some((codes) => codes.length === 0),
    conjunctions: conjunctions.length,
    predicates: conjunctions.flat().length,
    values: conjunctions.flat().flatMap(({ values }) => values).length,
  };
}

function halfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
