/** What stands in the tables while a day is drawn: edits refer to rows that are there at their time. */
import type { EntityStatus, TargetingExpression } from "@tenon/ads-model";
import type { Marketplace } from "@tenon/marketplace";
import type { BudgetRow } from "../api/tables.ts";
import { bidColumns, budgetRow } from "../load/marketplace-rows.ts";
import type { EditChange, NewAd } from "./edit.ts";

export interface AdState {
  readonly adId: number;
  readonly creativeId: number;
  readonly title: string;
  readonly body: string;
  readonly landingUrl: string;
  readonly keywords: readonly string[];
  readonly floorMicros: number;
  status: EntityStatus;
  /** Rejected today. */
  rejected: boolean;
}

export interface GroupState {
  readonly adGroupId: number;
  readonly campaignId: number;
  readonly bidPays: "perClick" | "perThousandImpressions";
  bidAmountMicros: number;
  targeting: TargetingExpression;
  readonly ads: AdState[];
}

export interface CampaignState {
  readonly campaignId: number;
  readonly advertiserId: number;
  readonly brand: string;
  status: EntityStatus;
  budget: BudgetRow;
  readonly groups: GroupState[];
}

export class DayState {
  readonly campaigns: readonly CampaignState[];
  #adGroupIdNext = 1;
  #adIdNext = 1;
  #creativeIdNext = 1;

  constructor({ campaigns, adGroups, ads, documents }: Marketplace) {
    const ofCampaign = new Map<number, CampaignState>();
    for (const { campaignId, advertiserId, name, status, budget } of campaigns) {
      const state = {
        campaignId,
        advertiserId,
        brand: name,
        status,
        budget: budgetRow(campaignId, budget),
        groups: [],
      };
      ofCampaign.set(campaignId, state);
    }
    const ofGroup = new Map<number, GroupState>();
    for (const { adGroupId, campaignId, bid, targeting } of adGroups) {
      const group = { adGroupId, campaignId, ...bidColumns(bid), targeting, ads: [] };
      ofGroup.set(adGroupId, group);
      ofCampaign.get(campaignId)?.groups.push(group);
      this.#adGroupIdNext = Math.max(this.#adGroupIdNext, adGroupId + 1);
    }
    const statuses = new Map<number, EntityStatus>(ads.map(({ adId, status }) => [adId, status]));
    for (const document of documents) {
      const { adId, creativeId, title, body, landingUrl, keywords, floorMicros } = document;
      const status = statuses.get(adId) ?? "active";
      const facts = { adId, creativeId, title, body, landingUrl, keywords, floorMicros };
      ofGroup.get(document.adGroupId)?.ads.push({ ...facts, status, rejected: false });
      this.#adIdNext = Math.max(this.#adIdNext, adId + 1);
      this.#creativeIdNext = Math.max(this.#creativeIdNext, creativeId + 1);
    }
    this.campaigns = [...ofCampaign.values()];
  }

  newAdGroupId(): number {
    return this.#adGroupIdNext++;
  }

  /** An ad like another one, with words of its own. */
  newAd(like: AdState, adGroupId: number, title: string): NewAd {
    const adId = this.#adIdNext++;
    const creativeId = this.#creativeIdNext++;
    const { body, landingUrl, keywords, floorMicros } = like;
    return {
      ad: { adId, adGroupId, creativeId, status: "active", keywords, floorMicros },
      creative: { creativeId, title, body, landingUrl, imageUrl: null, review: "pending" },
    };
  }

  /** Keeps up with an edit of a campaign. */
  apply(campaign: CampaignState, change: EditChange): void {
    const { groups } = campaign;
    switch (change.kind) {
      case "setBids":
        for (const { adGroupId, bidAmountMicros } of change.bids) {
          const group = groups.find((each) => each.adGroupId === adGroupId);
          if (group !== undefined) group.bidAmountMicros = bidAmountMicros;
        }
        return;
      case "setBudget":
        campaign.budget = change.budget;
        return;
      case "setStatus":
        if (change.table === "campaigns") campaign.status = change.status;
        for (const ad of groups.flatMap(({ ads }) => ads)) {
          if (change.table === "ads" && change.keys.includes(ad.adId)) ad.status = change.status;
        }
        return;
      case "setTargeting": {
        const group = groups.find(({ adGroupId }) => adGroupId === change.adGroupId);
        if (group !== undefined) group.targeting = change.expression;
        return;
      }
      case "setReview":
        for (const ad of groups.flatMap(({ ads }) => ads)) {
          if (ad.creativeId === change.key) ad.rejected = change.review === "rejected";
        }
        return;
      case "setText":
        return;
      case "createAds":
        for (const each of change.ads) addAd(groups, each);
        return;
      case "createAdGroup": {
        const { adGroup, targeting, ads } = change;
        groups.push({ ...adGroup, targeting, ads: [] });
        for (const each of ads) addAd(groups, each);
        return;
      }
      case "moveAd": {
        const ad = removeAd(groups, change.adId);
        if (ad !== undefined) groups.find(({ adGroupId }) => adGroupId === change.adGroupId)?.ads.push(ad);
        return;
      }
      case "deleteAd":
        removeAd(groups, change.adId);
        return;
      case "deleteAdGroup":
        groups.splice(
          groups.findIndex(({ adGroupId }) => adGroupId === change.adGroupId),
          1,
        );
    }
  }
}

function addAd(groups: readonly GroupState[], { ad, creative }: NewAd): void {
  const { imageUrl: _, review: __, ...words } = creative;
  const { adGroupId, ...facts } = ad;
  groups.find((group) => group.adGroupId === adGroupId)?.ads.push({ ...facts, ...words, rejected: false });
}

function removeAd(groups: readonly GroupState[], adId: number): AdState | undefined {
  for (const { ads } of groups) {
    const place = ads.findIndex((ad) => ad.adId === adId);
    if (place >= 0) return ads.splice(place, 1)[0];
  }
  return undefined;
}
