import { frequencyCapColumn, NO_FREQUENCY_CAP } from "@tenon/ad-index/api";
import {
  FREQUENCY_CAP_LEVELS,
  FREQUENCY_CAP_WINDOWS_DAYS,
  type FrequencyCapLevel,
  type FrequencyCapWindowDays,
} from "@tenon/ads-model";
import { drop, filter, type I32Column, type ValueOf } from "@tenon/graph-core";
import type { FrequencyPolicy } from "../resources.ts";
import type { AdCounts, AllowedAds } from "../slots.ts";
import { capByFrequencyContract } from "./cap-by-frequency.contract.ts";

/** One level and window that some candidate is capped on. */
interface Cap {
  readonly level: FrequencyCapLevel;
  readonly windowDays: FrequencyCapWindowDays;
  readonly own: I32Column;
  readonly policyMax: number;
  readonly impressions: I32Column;
  readonly pending: I32Column;
}

/**
 * Drops at count ≥ cap, so that the next impression would be one too many. Every level and window must allow the ad: the
 * strictest cap wins. An insertion that may still be seen is counted as if it were: two requests in a row then cannot
 * both use up the last impression.
 *
 * Two excesses are outside of this node. Requests of one user at the same moment do not see each other's insertions: n of
 * them exceed a cap by at most n - 1. And two ads of one campaign may pass together: the auction keeps one per advertiser.
 */
export const capByFrequency = filter({
  ...capByFrequencyContract,
  run: ({ allowedAds, adCounts }, { uses: { frequencyPolicy } }) => {
    const caps = capsOf(allowedAds, adCounts, frequencyPolicy);
    if (adCounts.status !== "known") {
      const policy =
        adCounts.status === "unknownUser" ? frequencyPolicy.unknownUser : frequencyPolicy.countsUnavailable;
      if (policy === "serve") return () => undefined;
    }
    return (row) => {
      for (const cap of caps) {
        const impressionsMax = strictest(cap.own.at(row), cap.policyMax);
        if (impressionsMax === Number.POSITIVE_INFINITY) continue;
        const count = adCounts.status === "known" ? cap.impressions.at(row) + cap.pending.at(row) : adCounts.status;
        if (typeof count === "string" || count >= impressionsMax) {
          return drop("frequency_capped", capText(cap, impressionsMax), count);
        }
      }
      return undefined;
    };
  },
});

function capsOf(
  ads: ValueOf<typeof AllowedAds>,
  counts: ValueOf<typeof AdCounts>,
  policy: FrequencyPolicy,
): readonly Cap[] {
  const caps: Cap[] = [];
  for (const level of FREQUENCY_CAP_LEVELS) {
    for (const windowDays of FREQUENCY_CAP_WINDOWS_DAYS) {
      const own = ads.column(frequencyCapColumn(level, windowDays));
      const policyMax = policyCap(policy, level, windowDays);
      if (policyMax === Number.POSITIVE_INFINITY && !hasCap(own)) continue;
      caps.push({
        level,
        windowDays,
        own,
        policyMax,
        impressions: counts[`${level}ImpressionsPer${windowDays}Days`],
        pending: counts[`${level}InsertionsPending`],
      });
    }
  }
  return caps;
}

/** The strictest cap of the policy on a level and window; infinity without one. */
function policyCap({ caps }: FrequencyPolicy, level: FrequencyCapLevel, windowDays: FrequencyCapWindowDays): number {
  const matching = caps.filter((cap) => cap.level === level && cap.windowDays === windowDays);
  return Math.min(...matching.map((cap) => cap.impressionsMax));
}

/** `campaign: 3 per 7 days` */
function capText({ level, windowDays }: Cap, impressionsMax: number): string {
  return `${level}: ${impressionsMax} per ${windowDays === 1 ? "day" : `${windowDays} days`}`;
}

function strictest(own: number, policyMax: number): number {
  return own === NO_FREQUENCY_CAP ? policyMax : Math.min(own, policyMax);
}

function hasCap(own: I32Column): boolean {
  for (let row = 0; row < own.length; row++) if (own.at(row) !== NO_FREQUENCY_CAP) return true;
  return false;
}
