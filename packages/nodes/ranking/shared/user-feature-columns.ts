/** Features that set a candidate beside the user, or beside the other candidates. */
import type { InterestAffinity } from "@tenon/ads-model";
import { type DictionaryColumn, type F64Column, F64Writer, type IdColumn, type ValueOf } from "@tenon/graph-core";
import type { TargetingUser } from "../../feature-expansion/slots.ts";

/** The user's affinity to exactly the ad's category; 0 for a category that is not among the interests. */
export function categoryAffinity(category: DictionaryColumn, interests: readonly InterestAffinity[]): F64Column {
  const byCode = new Float64Array(category.dictionary.words.length);
  for (const { interest, affinity } of interests) {
    const code = category.dictionary.codeOf(interest);
    if (code >= 0) byCode[code] = affinity;
  }
  const affinities = new F64Writer(category.length);
  for (let row = 0; row < category.length; row++) affinities.set(row, byCode[category.codeAt(row)] as number);
  return affinities.seal();
}

/** Share of the candidates that belong to the candidate's advertiser. */
export function advertiserShare(advertiserId: IdColumn): F64Column {
  const candidates = new Map<number, number>();
  for (let row = 0; row < advertiserId.length; row++) {
    const id = advertiserId.at(row);
    candidates.set(id, (candidates.get(id) ?? 0) + 1);
  }
  const share = new F64Writer(advertiserId.length);
  for (let row = 0; row < advertiserId.length; row++) {
    share.set(row, (candidates.get(advertiserId.at(row)) as number) / advertiserId.length);
  }
  return share.seal();
}

/** A user counts as if 100 more ads had been seen, at one click in a hundred: few impressions say little. */
const PRIOR_IMPRESSIONS = 100;
const PRIOR_CLICK_RATE = 0.01;

/** Clicks per impression over all advertisers, smoothed; `undefined` for an unknown user. */
export function userClickRate(activity: ValueOf<typeof TargetingUser>["activity"]): number | undefined {
  if (activity === null) return undefined;
  const { adImpressions30Days, adClicks30Days } = activity;
  return (adClicks30Days + PRIOR_CLICK_RATE * PRIOR_IMPRESSIONS) / (adImpressions30Days + PRIOR_IMPRESSIONS);
}
