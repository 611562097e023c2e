/** What other systems send about an ad that an advertiser has just created. */
import { type Edit, type NewAd, newAdSignals } from "@tenon/ads-database";
import type { AdDocument } from "@tenon/ads-model";
import type { EventLog } from "@tenon/event-log/api";
import type { Marketplace } from "@tenon/marketplace";
import { ContentSignals } from "@tenon/nodes";

/** Sends signals for the ads that an edit creates, like those of another ad of the same campaign. */
export function signalSender(marketplace: Marketplace, log: Pick<EventLog, "append">, seed: number) {
  const byCampaign = new Map<number, AdDocument>();
  const campaignOf = new Map<number, number>();
  for (const document of marketplace.documents) byCampaign.set(document.campaignId, document);
  for (const { adGroupId, campaignId } of marketplace.adGroups) campaignOf.set(adGroupId, campaignId);
  return async ({ change, atMs }: Edit, nowMs: number): Promise<void> => {
    if (change.kind === "createAdGroup") campaignOf.set(change.adGroup.adGroupId, change.adGroup.campaignId);
    const created: readonly NewAd[] = change.kind === "createAds" || change.kind === "createAdGroup" ? change.ads : [];
    const records = created.flatMap((ad) => {
      const like = byCampaign.get(campaignOf.get(ad.ad.adGroupId) ?? -1);
      if (like === undefined) return [];
      const signals = newAdSignals(marketplace, ad, { like, seed, observedAtMs: nowMs, version: Math.max(1, atMs) });
      return [...signals].map((value) => {
        const key = `${value.kind}:${"adId" in value ? value.adId : "creativeId" in value ? value.creativeId : value.advertiserId}`;
        return ContentSignals.record({ key, timeMs: nowMs, value: value as never });
      });
    });
    if (records.length > 0) await log.append(records);
  };
}
