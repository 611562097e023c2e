import type { EntityStatus, ReviewStatus, TargetingExpression } from "@tenon/ads-model";
import type { AdGroupRow, AdRow, BudgetRow, CreativeRow } from "../api/tables.ts";

/** An ad and what it shows. */
export interface NewAd {
  readonly ad: AdRow;
  readonly creative: CreativeRow;
}

/** What an advertiser, or a policy reviewer, does in one transaction. Values are absolute, so that doing it twice is once. */
export type EditChange =
  /** One bid, or those of a whole campaign at once. */
  | {
      readonly kind: "setBids";
      readonly bids: readonly { readonly adGroupId: number; readonly bidAmountMicros: number }[];
    }
  | { readonly kind: "setBudget"; readonly budget: BudgetRow }
  | {
      readonly kind: "setStatus";
      readonly table: "advertisers" | "campaigns" | "ad_groups" | "ads";
      readonly keys: readonly number[];
      readonly status: EntityStatus;
    }
  | { readonly kind: "setTargeting"; readonly adGroupId: number; readonly expression: TargetingExpression }
  | {
      readonly kind: "setText";
      readonly creativeId: number;
      readonly title: string;
      readonly body: string;
    }
  | {
      readonly kind: "setReview";
      readonly table: "advertisers" | "creatives";
      readonly key: number;
      readonly review: ReviewStatus;
    }
  | { readonly kind: "createAds"; readonly ads: readonly NewAd[] }
  | {
      readonly kind: "createAdGroup";
      readonly adGroup: AdGroupRow;
      readonly targeting: TargetingExpression;
      readonly ads: readonly NewAd[];
    }
  | { readonly kind: "moveAd"; readonly adId: number; readonly adGroupId: number }
  /** With its creative, when no other ad shows it. */
  | { readonly kind: "deleteAd"; readonly adId: number }
  /** With its targeting, its ads and their creatives. */
  | { readonly kind: "deleteAdGroup"; readonly adGroupId: number };

export type EditKind = EditChange["kind"];

export interface Edit {
  /** When it is done. */
  readonly atMs: number;
  readonly change: EditChange;
}
