import { type Bid, type Budget, bidMicros, cpmMicros, dailySpendMaxMicros, micros } from "@tenon/ads-model";
import { node, type ValueOf } from "@tenon/graph-core";
import type { AdGroupOffer, CampaignOffer } from "../offer-rows.ts";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveOfferContract } from "./derive-offer.contract.ts";

export const deriveOffer = node({
  ...deriveOfferContract,
  run: ({ adFloor, adGroupOffer, campaignOffer, workItem: { version } }) => {
    if (adFloor === null || adFloor.columns.adGroupId === null) return { offerWrites: {} };
    const budget = budgetOf(campaignOffer);
    const { bidAmountMicros = null, chargeMaxMicros = null } = adGroupOffer?.columns ?? {};
    const columns = {
      objective: campaignOffer?.columns.objective ?? null,
      bid: bidOf(adGroupOffer),
      floorMicros: adFloor.columns.floorMicros,
      budget,
      limits: {
        // One charge may not be more than what a day, or the whole campaign, may spend.
        bidCeilingMicros: chargeMaxMicros === null ? null : micros(Math.min(bidAmountMicros ?? 0, chargeMaxMicros)),
        spendDailyMaxMicros: budget?.daily ? dailySpendMaxMicros(budget.daily) : null,
      },
      offerSourceAtMs: newestSourceAtMs([adFloor, adGroupOffer, campaignOffer]),
    };
    const offer = [{ key: adFloor.key, version, columns }];
    return { offerWrites: { ad_document: { groups: { offer } } } as never };
  },
});

function bidOf(row: ValueOf<typeof AdGroupOffer>): Bid | null {
  const { bidPays = null, bidAmountMicros = null } = row?.columns ?? {};
  if (bidPays === null || bidAmountMicros === null) return null;
  return bidPays === "perClick"
    ? { pays: bidPays, bidMicros: bidMicros(bidAmountMicros) }
    : { pays: bidPays, cpmMicros: cpmMicros(bidAmountMicros) };
}

function budgetOf(row: ValueOf<typeof CampaignOffer>): Budget | null {
  const { lifetimeCapMicros = null, dailyCapMicros = null, overdeliveryRatioMax, pacing = null } = row?.columns ?? {};
  if (lifetimeCapMicros === null || pacing === null) return null;
  const daily: Budget["daily"] =
    dailyCapMicros === null
      ? null
      : { kind: "softDaily", capMicros: micros(dailyCapMicros), overdeliveryRatioMax: overdeliveryRatioMax ?? 0 };
  return { lifetime: { kind: "hardLifetime", capMicros: micros(lifetimeCapMicros) }, daily, pacing };
}
