import { MARKETPLACE_NOW_MS, type Marketplace, type Random, randomStream } from "@tenon/marketplace";
import { type CampaignState, DayState } from "./day-state.ts";
import { type EditTime, editTimes } from "./day-times.ts";
import {
  type Draft,
  draftAd,
  draftAdGroup,
  draftBid,
  draftBudget,
  draftCampaignBids,
  draftDelete,
  draftDeleteGroup,
  draftMove,
  draftReview,
  draftStatus,
  draftTargeting,
  draftText,
} from "./draft-edit.ts";
import type { Edit } from "./edit.ts";

/** Share of each kind of edit: bids most of all, since programs place them. Made up; only the order matters. */
const SHARES: readonly (readonly [draft: Draft, share: number])[] = [
  [draftBid, 0.4],
  [draftStatus, 0.18],
  [draftBudget, 0.14],
  [draftTargeting, 0.07],
  [draftAd, 0.05],
  [draftText, 0.04],
  [draftReview, 0.03],
  [draftDelete, 0.03],
  [draftMove, 0.03],
  [draftAdGroup, 0.02],
  [draftDeleteGroup, 0.01],
];
const RUNNING_SHARES = SHARES.map((_, index) => SHARES.slice(0, index + 1).reduce((sum, [, share]) => sum + share, 0));
/** Edits per ad and day. */
const EDITS_PER_AD = 0.5;
/** Some campaigns are edited all day, most never: a campaign's place is a uniform number to this power. */
const CONCENTRATION = 2.5;
/** Draws for an edit that has something to be done to. */
const DRAWS_MAX = 8;

export interface AdvertiserDayOptions {
  readonly seed: number;
  /** The rows that stand in the tables when the day begins. */
  readonly marketplace: Marketplace;
  /** 00:00 UTC. Default `MARKETPLACE_NOW_MS`. */
  readonly startMs?: number;
  /** About this many. Default: half as many as there are ads. */
  readonly edits?: number;
}

/**
 * A day of advertisers' edits, in the order of time: fewer at night, with bursts about single campaigns, a few campaigns
 * edited all the time. Each refers to rows that are there when those before it are applied.
 *
 * Deterministic in its options. Lazy: an edit is drawn when it is asked for.
 */
export function* advertiserDay({
  seed,
  marketplace,
  startMs = MARKETPLACE_NOW_MS,
  edits = Math.round(marketplace.ads.length * EDITS_PER_AD),
}: AdvertiserDayOptions): Generator<Edit, void> {
  const state = new DayState(marketplace);
  if (state.campaigns.length === 0) return;
  const campaigns = shuffled(state.campaigns, randomStream(seed, "edited campaigns"));
  const bursts = new Map<number, CampaignState>();
  for (const [row, time] of editTimes(randomStream(seed, "edit times"), { startMs, edits }).entries()) {
    const edit = drawEdit(randomStream(seed, "edit", row), { time, campaigns, bursts, state });
    if (edit !== undefined) yield edit;
  }
}

interface DayFacts {
  readonly time: EditTime;
  /** Most edited first. */
  readonly campaigns: readonly CampaignState[];
  readonly bursts: Map<number, CampaignState>;
  readonly state: DayState;
}

function drawEdit(random: Random, { time: { atMs, burst }, campaigns, bursts, state }: DayFacts): Edit | undefined {
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const drawn = campaigns[Math.floor(campaigns.length * random.unit() ** CONCENTRATION)];
    const campaign = (burst === undefined ? undefined : bursts.get(burst.number)) ?? drawn;
    const [draft] = burst?.isFirst === true ? [draftCampaignBids] : (SHARES[random.index(RUNNING_SHARES)] ?? []);
    if (campaign === undefined || draft === undefined) continue;
    const change = draft(random, campaign, state);
    if (change === undefined) continue;
    if (burst !== undefined) bursts.set(burst.number, campaign);
    state.apply(campaign, change);
    return { atMs, change };
  }
  return undefined;
}

/** Fisher and Yates. */
function shuffled<Value>(values: readonly Value[], random: Random): Value[] {
  const order = [...values];
  for (let left = order.length - 1; left > 0; left--) {
    const other = random.below(left + 1);
    [order[left], order[other]] = [order[other] as Value, order[left] as Value];
  }
  return order;
}
