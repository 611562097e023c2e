/** What the delivery filters read besides their slots. Budget and pacing state are columns: one call for a whole batch. */
import type { AgeBracket, CountryCode, FrequencyCap, Surface } from "@tenon/ads-model";
import { type F64Column, type IdColumn, resource, type U8Column } from "@tenon/graph-core";

/** Codes of a row's status in the answers below; the numbers are those of the feature statuses `ok` and `missing`. */
export const STATE_KNOWN = 0;
export const STATE_UNKNOWN = 2;

export interface CampaignsQuery {
  /** Distinct, ascending. */
  readonly campaignIds: IdColumn;
}

/** Aligned with the query's ids. A row whose status is {@link STATE_UNKNOWN} holds 0 everywhere. */
export interface BudgetAnswer {
  readonly status: U8Column;
  /** When the spend feed was last heard, ms since the epoch. */
  readonly asOfMs: number;
  /** Hard cap minus reported spend, in micros; may be below 0. */
  readonly lifetimeRemainingMicros: F64Column;
  /** What the day may still spend by report, in micros; `Number.MAX_SAFE_INTEGER` without a daily cap. */
  readonly dailyRemainingMicros: F64Column;
  /** Predicted spend of insertions that are not billed yet, in micros; 0 or more. */
  readonly inflightMicros: F64Column;
}

export interface BudgetState {
  remainingOf(query: CampaignsQuery): BudgetAnswer;
}

export const BudgetStateResource = resource<BudgetState>()("budgetState", {
  owner: "ads-delivery",
  purpose: "what campaigns may still spend, reported and predicted",
  methods: ["remainingOf"] satisfies (keyof BudgetState)[],
});

/** Aligned with the query's ids. */
export interface PacingAnswer {
  readonly status: U8Column;
  /** When the pacer last published, ms since the epoch. */
  readonly asOfMs: number;
  /** Share of requests in which the campaign may take part, 0 to 1. */
  readonly passRate: F64Column;
}

export interface PacingState {
  ratesOf(query: CampaignsQuery): PacingAnswer;
}

export const PacingStateResource = resource<PacingState>()("pacingState", {
  owner: "ads-delivery",
  purpose: "pass-through rates of paced campaigns",
  methods: ["ratesOf"] satisfies (keyof PacingState)[],
});

export interface BudgetPolicy {
  /** A spend or pacing feed older than this says nothing: its campaigns count as unknown. */
  readonly stateAgeMaxMs: number;
}

export const BudgetPolicyResource = resource<BudgetPolicy>()("budgetPolicy", {
  owner: "ads-delivery",
  purpose: "how old budget and pacing state may be",
});

export interface FrequencyPolicy {
  /** Caps for every ad, beside the ad's own; the strictest wins. */
  readonly caps: readonly FrequencyCap[];
  /**
   * What happens to ads that have a cap when the user cannot be counted: because we do not know who it is, or because
   * the counts did not come in time. `drop` keeps every promise; `serve` keeps the revenue.
   */
  readonly unknownUser: "drop" | "serve";
  readonly countsUnavailable: "drop" | "serve";
}

export const FrequencyPolicyResource = resource<FrequencyPolicy>()("frequencyPolicy", {
  owner: "ads-delivery",
  purpose: "caps for every ad, and what to do with users who cannot be counted",
});

/** One thing that a policy forbids. All stated conditions must hold. */
export interface PolicyRule {
  /** Names the rule in the reason ledger. */
  readonly name: string;
  /** Category path and everything below it; any category when absent. */
  readonly categoryPrefix?: string | undefined;
  readonly advertiserIds?: readonly number[] | undefined;
  readonly countries?: readonly CountryCode[] | undefined;
  readonly surfaces?: readonly Surface[] | undefined;
  /** Forbidden unless the user is known to be in one of these brackets: an unknown age is no permission. */
  readonly unlessAgeIn?: readonly AgeBracket[] | undefined;
}

export interface PolicyRules {
  /** Tried in order; the first that holds is recorded. */
  readonly rules: readonly PolicyRule[];
}

export const PolicyRulesResource = resource<PolicyRules>()("policyRules", {
  owner: "ads-privacy",
  purpose: "what may not be advertised where, and to whom",
});
