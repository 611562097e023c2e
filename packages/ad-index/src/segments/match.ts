/**
 * Which ads pass a filter: targeting by bitsets, then eligibility. Counts are exact; every targeted ad is eligible or counted
 * under its first reason in the order of `INELIGIBLE_REASONS`.
 */
import { type AdFilter, INELIGIBLE_REASONS, type IneligibleReason, type MatchEvidence } from "../api.ts";
import { countBits, hasBit, onesOf, wordsFor } from "../bits/bitset.ts";
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

export function matchAds(views: readonly SegmentView[], filter: AdFilter): MatchSet {
  const dropped = Object.fromEntries(INELIGIBLE_REASONS.map((reason) => [reason, 0])) as DropCounts;
  let targeted = 0;
  let eligible = 0;
  const segments = views.map((view) => {
    const match = matchSegment(view, filter, dropped);
    targeted += countBits(match.targeted);
    eligible += countBits(match.eligible);
    return match;
  });
  return { segments, evidence: { targeted, eligible, dropped } };
}

function matchSegment(view: SegmentView, filter: AdFilter, dropped: DropCounts): SegmentMatch {
  const { live, segment } = view;
  const { active, creativeApproved, policyApproved } = segment.states;
  const targeted = new Int32Array(wordsFor(segment.size));
  const eligible = new Int32Array(targeted.length);
  segment.targeting.match(filter.targeting, targeted);
  const scheduled = segment.schedules.rowsAt(filter.atMs);
  for (let word = 0; word < targeted.length; word++) {
    const alive = (targeted[word] as number) & (live[word] as number);
    targeted[word] = alive;
    const running = alive & (active[word] as number);
    const current = running & (scheduled[word] as number);
    const funded = current & ~(view.blocked[word] as number);
    const shown = funded & (creativeApproved[word] as number);
    eligible[word] = shown & (policyApproved[word] as number);
    if (alive === eligible[word]) continue;
    dropped.paused += onesOf(alive ^ running);
    dropped.out_of_schedule += onesOf(running ^ current);
    if (current !== funded) countBlocked(view, word, current, dropped);
    dropped.creative_rejected += onesOf(funded ^ shown);
    dropped.policy_blocked += onesOf(shown & ~(policyApproved[word] as number));
  }
  return { view, targeted, eligible };
}

function countBlocked({ blockedBy }: SegmentView, word: number, rows: number, dropped: DropCounts): void {
  for (const reason of BLOCK_REASONS) dropped[reason] += onesOf(rows & (blockedBy[reason][word] as number));
}

/** The first reason for which the ad of a row may not serve, or undefined: the same rule as the match, for one ad. */
export function ineligibleReason(view: SegmentView, row: number, atMs: number): IneligibleReason | undefined {
  const { states, schedules } = view.segment;
  if (!hasBit(states.active, row)) return "paused";
  if (!hasBit(schedules.rowsAt(atMs), row)) return "out_of_schedule";
  const blocked = BLOCK_REASONS.find((reason) => hasBit(view.blockedBy[reason], row));
  if (blocked !== undefined) return blocked;
  // A pending review counts as not passed: only approved ads serve.
  if (!hasBit(states.creativeApproved, row)) return "creative_rejected";
  return hasBit(states.policyApproved, row) ? undefined : "policy_blocked";
}
