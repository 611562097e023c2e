/**
 * Why a candidate was not shown. Every eligible candidate of a request ends with exactly one of these or as shown; the sum is
 * checked per request (conservation law), so the list is closed.
 * The names are written as they appear in the ledger, in metric labels and in the delivery debugger.
 */
import { z } from "zod";

/** What a reason means to the one who asks "why is my campaign not spending". */
interface DropReasonFact {
  /** Code of the OpenRTB 2.6 list of loss and no-bid reasons, where it has one. */
  readonly openRtbCode: number | null;
  /** One sentence, for people. */
  readonly meaning: string;
  /** Who can change it: the advertiser (settings), the market (competition, users), or we. */
  readonly actor: "advertiser" | "market" | "platform";
}

const facts = {
  not_indexed: { openRtbCode: null, actor: "platform", meaning: "the ad is not in the index version that served" },
  paused: { openRtbCode: null, actor: "advertiser", meaning: "the ad, its group or its campaign is paused" },
  out_of_schedule: { openRtbCode: null, actor: "advertiser", meaning: "the campaign has not started or has ended" },
  budget_exhausted: { openRtbCode: null, actor: "advertiser", meaning: "reported spend has reached the budget" },
  inflight_budget: {
    openRtbCode: null,
    actor: "advertiser",
    meaning: "reported plus not yet billed spend has reached the budget",
  },
  paced_out: { openRtbCode: null, actor: "advertiser", meaning: "spend is ahead of the day's plan" },
  frequency_capped: {
    openRtbCode: null,
    actor: "advertiser",
    meaning: "the user has seen it as often as a cap allows",
  },
  targeting_mismatch: { openRtbCode: null, actor: "advertiser", meaning: "user or request is outside the targeting" },
  creative_rejected: { openRtbCode: null, actor: "advertiser", meaning: "the creative failed review" },
  policy_blocked: { openRtbCode: null, actor: "advertiser", meaning: "a policy forbids the ad here" },
  retrieval_missed: { openRtbCode: null, actor: "platform", meaning: "it matched, but retrieval did not return it" },
  l1_trimmed: { openRtbCode: null, actor: "market", meaning: "light ranking kept better ads" },
  l2_trimmed: { openRtbCode: null, actor: "market", meaning: "ranking kept better ads" },
  below_floor: { openRtbCode: 301, actor: "advertiser", meaning: "its value is below the floor of the auction" },
  lost_auction: { openRtbCode: null, actor: "market", meaning: "other ads were worth more; the gap is recorded" },
  deduped: { openRtbCode: null, actor: "platform", meaning: "another ad of the same advertiser or content was kept" },
  blended_out: { openRtbCode: null, actor: "platform", meaning: "gap, top slot or utility rules left no place for it" },
  timeout: { openRtbCode: 101, actor: "platform", meaning: "its stage ran out of time" },
  error: { openRtbCode: 100, actor: "platform", meaning: "its stage failed" },
} as const satisfies Record<string, DropReasonFact>;

export type DropReason = keyof typeof facts;
export const DROP_REASON_FACTS: Readonly<Record<DropReason, DropReasonFact>> = facts;
/** In the order of the funnel. */
export const DROP_REASONS = Object.keys(facts) as readonly DropReason[] as readonly [DropReason, ...DropReason[]];
export const DropReasonSchema = z.enum(DROP_REASONS);
