import { type EntityStatus, strictestStatus } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveDeliveryContract } from "./derive-delivery.contract.ts";

export const deriveDelivery = node({
  ...deriveDeliveryContract,
  run: ({ adStanding, adGroupStanding, campaignStanding, advertiserStanding, creativeStanding, workItem }) => {
    if (adStanding === null || adStanding.columns.adGroupId === null) return { deliveryWrites: {} };
    const rows = [adStanding, adGroupStanding, campaignStanding, advertiserStanding] as const;
    const { startAtMs = null, endAtMs = null, frequencyCaps = null } = campaignStanding?.columns ?? {};
    const { tier = null, country = null, registeredAtMs = null } = advertiserStanding?.columns ?? {};
    const columns = {
      adGroupId: adStanding.columns.adGroupId,
      campaignId: adGroupStanding?.columns.campaignId ?? null,
      advertiserId: campaignStanding?.columns.advertiserId ?? null,
      creativeId: adStanding.columns.creativeId,
      status: statusOf(rows.map((row) => row?.columns.status ?? null)),
      creativeReview: creativeStanding?.columns.review ?? null,
      policyReview: advertiserStanding?.columns.policyReview ?? null,
      schedule: startAtMs === null ? null : { startAtMs, endAtMs },
      frequencyCaps,
      advertiser: tier === null || registeredAtMs === null ? null : { tier, country, registeredAtMs },
      deliverySourceAtMs: newestSourceAtMs([...rows, creativeStanding]),
    };
    const { key } = adStanding;
    const row = { key, version: workItem.version };
    // The document of an ad that was archived for long is collected. Whatever brings the ad back comes by here.
    return { deliveryWrites: { ad_document: { groups: { delivery: [{ ...row, columns }] }, restores: [row] } } };
  },
});

/** The strictest, once all are known: an ad below an unknown campaign has no status. */
function statusOf(statuses: readonly (EntityStatus | null)[]): EntityStatus | null {
  const known = statuses.filter((status) => status !== null);
  return known.length < statuses.length ? null : strictestStatus(known);
}
