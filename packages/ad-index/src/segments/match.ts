/**
 * Which ads pass a filter: targeting by bitsets, then eligibility. Counts are exact; every targeted ad is eligible or counted
 * under its first reason in the order of `INELIGIBLE_REASONS`.
 */
import { type AdFilter, INELIGIBLE_REASONS, type IneligibleReason, type MatchEvidence } from "../api.ts";
import { hasBit, onesOf, wordsFor } from "../bits/bitset.ts";
import { BLOCK_REASONS, type SegmentView } from "./segment-view.ts";

/** Rows of one segment that pass. */
export interface SegmentMatch {
  readonly view: SegmentView;
  /** Live rows whose targeting matches. */
  readonly targeted: Int32Array;
  /** Of those, rows that may serve now. */
  readonly eligible: Int32Array;
}

export interface MatchSet {
  readonly segments: readonly SegmentMatch[];
  readonly evidence: MatchEvidence;
}

type DropCounts = Record<IneligibleReason, number>;

interface MatchCounts {
  targeted: number;
  eligible: number;
  readonly dropped: DropCounts;
}

export function matchAds(views: readonly SegmentView[], filter: AdFilter): MatchSet {
  const counts: MatchCounts = {
    targeted: 0,
    eligible: 0,
    dropped: Object.fromEntries(INELIGIBLE_REASONS.map((reason) => [reason, 0])) as DropCounts,
  };
  const segments = views.map((view) => matchSegment(view, filter, counts));
  return { segments, evidence: counts };
}

function matchSegment(view: SegmentView, filter: AdFilter, counts: MatchCounts): SegmentMatch {
  const { live, servable, segment } = view;
  const targeted = new Int32Array(wordsFor(segment.size));
  const eligible = new Int32Array(targeted.length);
  segment.targeting.match(filter.targeting, targeted);
  const scheduled = segment.schedules.rowsAt(filter.atMs);
  for (let word = 0; word < targeted.length; word++) {
    const matching = targeted[word] as number;
    if (matching === 0) continue;
    const alive = matching & (live[word] as number);
    const serving = alive & (servable[word] as number) & (scheduled[word] as number);
    targeted[word] = alive;
    eligible[word] = serving;
    counts.targeted += onesOf(alive);
    counts.eligible += onesOf(serving);
    if (alive !== serving) countDropped(view, word, { alive, scheduled: scheduled[word] as number }, counts.dropped);
  }
  return { view, targeted, eligible };
}
/** Counts the rows of one word that do not serve, each under its first reason. */
function countDropped(
  view: SegmentView,
  word: number,
  rows: { readonly alive: number; readonly scheduled: number },
  dropped: DropCounts,
): void {
  const { active, creativeApproved, policyApproved } = view.segment.states;
  const running = rows.alive & (active[word] as number) & ~(view.blockedBy.paused[word] as number);
  const current = running & rows.scheduled;
  const blocked = current & (view.blocked[word] as number);
  const funded = current ^ blocked;
  const shown = funded & (creativeApproved[word] as number);
  dropped.paused += onesOf(rows.alive ^ running);
  dropped.out_of_schedule += onesOf(running ^ current);
  if (blocked !== 0)
    for (const reason of BLOCK_REASONS) dropped[reason] += onesOf(blocked & (view.blockedBy[reason][word] as number));
  dropped.creative_rejected += onesOf(funded ^ shown);
  dropped.policy_blocked += onesOf(shown & ~(policyApproved[word] as number));
}

/** The first reason for which the ad of a row may not serve, or undefined: the same rule as the match, for one ad. */
export function ineligibleReason(view: SegmentView, row: number, atMs: number): IneligibleReason | undefined {
  const { states, schedules } = view.segment;
  if (!hasBit(states.active, row) || hasBit(view.blockedBy.paused, row)) return "paused";
  if (!hasBit(schedules.rowsAt(atMs), row)) return "out_of_schedule";
  const blocked = BLOCK_REASONS.find((reason) => hasBit(view.blockedBy[reason], row));
  if (blocked !== undefined) return blocked;
  // A pending review counts as not passed: only approved ads serve.
  if (!hasBit(states.creativeApproved, row)) return "creative_rejected";
  return hasBit(states.policyApproved, row) ? undefined : "policy_blocked";
}
