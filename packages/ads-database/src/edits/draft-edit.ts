/** One edit of a campaign: what its advertiser might do to it as it stands. `undefined` when there is nothing to do it to. */
import { DEVICES, SURFACES, type TargetingExpression, type TargetingPredicate } from "@tenon/ads-model";
import type { Random } from "@tenon/marketplace";
import type { AdState, CampaignState, DayState, GroupState } from "./day-state.ts";
import type { EditChange } from "./edit.ts";

/** Cents, as buyers enter them. */
const CENT_MICROS = 10_000;
const BID_MICROS_MIN = 2 * CENT_MICROS;
const BUDGET_MICROS_MIN = 100 * CENT_MICROS;
/** Standard deviation of a change's logarithm: two thirds lie within ×/÷ 1.2, and 1.35. */
const BID_STEP = 0.18;
const BUDGET_STEP = 0.3;
const CAMPAIGN_SHARE = 0.2;
const RESUME_SHARE = 0.7;
const CREATIVE_APPROVED_SHARE = 0.7;
const TITLE_CHARACTERS_MAX = 200;

export type Draft = (random: Random, campaign: CampaignState, state: DayState) => EditChange | undefined;

/** Bids of every ad group of the campaign, by one factor: what a tool does when a sale begins. */
export const draftCampaignBids: Draft = (random, { groups }) => {
  if (groups.length === 0) return undefined;
  const factor = Math.exp(2 * BID_STEP * random.normal());
  const bids = groups.map(({ adGroupId, bidAmountMicros }) => ({
    adGroupId,
    bidAmountMicros: cents(bidAmountMicros * factor, BID_MICROS_MIN),
  }));
  return { kind: "setBids", bids: bids.sort((left, right) => left.adGroupId - right.adGroupId) };
};

export const draftBid: Draft = (random, { groups }) => {
  const group = pick(random, groups);
  if (group === undefined) return undefined;
  const bidAmountMicros = cents(group.bidAmountMicros * Math.exp(BID_STEP * random.normal()), BID_MICROS_MIN);
  return { kind: "setBids", bids: [{ adGroupId: group.adGroupId, bidAmountMicros }] };
};

export const draftBudget: Draft = (random, { budget }) => {
  const factor = Math.exp(BUDGET_STEP * random.normal());
  const { dailyCapMicros, lifetimeCapMicros } = budget;
  const daily = dailyCapMicros === null ? null : cents(dailyCapMicros * factor, BUDGET_MICROS_MIN);
  const lifetime = cents(lifetimeCapMicros * factor, BUDGET_MICROS_MIN);
  return { kind: "setBudget", budget: { ...budget, dailyCapMicros: daily, lifetimeCapMicros: lifetime } };
};

export const draftStatus: Draft = (random, campaign) => {
  if (random.chance(CAMPAIGN_SHARE) && campaign.status !== "archived") {
    const status = campaign.status === "active" ? "paused" : "active";
    return { kind: "setStatus", table: "campaigns", keys: [campaign.campaignId], status };
  }
  const ads = adsOf(campaign).filter(({ status }) => status !== "archived");
  const paused = ads.filter(({ status }) => status === "paused");
  const ad = pick(random, random.chance(RESUME_SHARE) && paused.length > 0 ? paused : ads);
  if (ad === undefined) return undefined;
  return { kind: "setStatus", table: "ads", keys: [ad.adId], status: ad.status === "active" ? "paused" : "active" };
};

export const draftTargeting: Draft = (random, { groups }) => {
  const group = pick(random, groups);
  if (group === undefined) return undefined;
  const predicate: TargetingPredicate = random.chance(0.5)
    ? { attribute: "device", operator: "in", values: some(random, DEVICES) }
    : { attribute: "surface", operator: "in", values: some(random, SURFACES) };
  return { kind: "setTargeting", adGroupId: group.adGroupId, expression: withPredicate(group.targeting, predicate) };
};

export const draftText: Draft = (random, campaign) => {
  const ad = pick(random, adsOf(campaign));
  if (ad === undefined) return undefined;
  return { kind: "setText", creativeId: ad.creativeId, title: title(random, campaign), body: ad.body };
};

/** A reviewer's word: most new creatives pass, few old ones are found out. */
export const draftReview: Draft = (random, campaign) => {
  const ad = pick(random, adsOf(campaign));
  if (ad === undefined) return undefined;
  const review = ad.rejected && random.chance(CREATIVE_APPROVED_SHARE) ? "approved" : "rejected";
  return { kind: "setReview", table: "creatives", key: ad.creativeId, review };
};

export const draftAd: Draft = (random, campaign, state) => {
  const group = pick(random, campaign.groups);
  const like = pick(random, adsOf(campaign));
  if (group === undefined || like === undefined) return undefined;
  return { kind: "createAds", ads: [state.newAd(like, group.adGroupId, title(random, campaign))] };
};

export const draftAdGroup: Draft = (random, campaign, state) => {
  const like = pick(random, campaign.groups);
  const ad = pick(random, adsOf(campaign));
  if (like === undefined || ad === undefined) return undefined;
  const { campaignId, bidPays, bidAmountMicros, targeting } = like;
  const adGroupId = state.newAdGroupId();
  return {
    kind: "createAdGroup",
    adGroup: { adGroupId, campaignId, status: "active", bidPays, bidAmountMicros },
    targeting,
    ads: Array.from({ length: 1 + random.below(3) }, () => state.newAd(ad, adGroupId, title(random, campaign))),
  };
};

export const draftMove: Draft = (random, { groups }) => {
  const from = pick(
    random,
    groups.filter(({ ads }) => ads.length > 0),
  );
  const to = pick(
    random,
    groups.filter((group) => group !== from),
  );
  const ad = from === undefined ? undefined : pick(random, from.ads);
  if (ad === undefined || to === undefined) return undefined;
  return { kind: "moveAd", adId: ad.adId, adGroupId: to.adGroupId };
};

export const draftDelete: Draft = (random, campaign) => {
  const ad = pick(random, adsOf(campaign));
  return ad === undefined ? undefined : { kind: "deleteAd", adId: ad.adId };
};

/** Never the last one: a campaign without ad groups would be done with for the day. */
export const draftDeleteGroup: Draft = (random, { groups }) => {
  const group = groups.length > 1 ? pick(random, groups) : undefined;
  return group === undefined ? undefined : { kind: "deleteAdGroup", adGroupId: group.adGroupId };
};

function adsOf({ groups }: { readonly groups: readonly GroupState[] }): AdState[] {
  return groups.flatMap(({ ads }) => ads);
}

function pick<Value>(random: Random, values: readonly Value[]): Value | undefined {
  return values[random.below(Math.max(1, values.length))];
}

/** One to all but one of the values, neighbours. */
function some<Value>(random: Random, values: readonly Value[]): Value[] {
  const length = 1 + random.below(values.length - 1);
  const start = random.below(values.length - length + 1);
  return values.slice(start, start + length);
}

function withPredicate(expression: TargetingExpression, predicate: TargetingPredicate): TargetingExpression {
  const conjunctions = expression.conjunctions.map((predicates) => [
    ...predicates.filter(({ attribute }) => attribute !== predicate.attribute),
    predicate,
  ]);
  return { ...expression, conjunctions };
}

function title(random: Random, { brand }: CampaignState): string {
  const words = random.pick(["New at", "Today at", "Visit", "Meet", "More from"]);
  return `${words} ${brand} (${random.below(1_000)})`.slice(0, TITLE_CHARACTERS_MAX);
}

function cents(amountMicros: number, least: number): number {
  return Math.max(least, CENT_MICROS * Math.round(amountMicros / CENT_MICROS));
}
