/** A segment as one snapshot sees it. */

import { clearBit, hasBit, setBit, wordsFor } from "../bits/bitset.ts";
import { intersectSets, subtractWords, uniteWords } from "../bits/combine.ts";
import type { CampaignBlockReason } from "../host.ts";
import type { BaseSegment, BlockReasons, Segment } from "./segment.ts";

export const BLOCK_REASONS = [
  "paused",
  "budget_exhausted",
  "inflight_budget",
  "paced_out",
] as const satisfies readonly CampaignBlockReason[];

/** Rows of blocked campaigns, one bit per row, by reason. A row is in at most one. */
type BlockedRows = Readonly<Record<CampaignBlockReason, Int32Array>>;

interface ViewParts {
  readonly segment: Segment;
  readonly live: Int32Array;
  readonly liveCount: number;
  readonly liveWords: number;
  readonly blockedBy: BlockedRows;
  readonly blocked: Int32Array;
  readonly servable: Int32Array;
}

export class SegmentView {
  readonly segment: Segment;
  /** Rows that were neither deleted nor replaced by a newer segment. */
  readonly live: Int32Array;
  readonly liveCount: number;
  /** Weighted words of the live rows, for the mean length of keyword search. */
  readonly liveWords: number;
  readonly blockedBy: BlockedRows;
  /** Rows that are blocked for any reason. */
  readonly blocked: Int32Array;
  /** Rows that may serve whenever their schedule says so: not blocked, active and approved. Some of them may be dead by now. */
  readonly servable: Int32Array;

  constructor(parts: ViewParts) {
    this.segment = parts.segment;
    this.live = parts.live;
    this.liveCount = parts.liveCount;
    this.liveWords = parts.liveWords;
    this.blockedBy = parts.blockedBy;
    this.blocked = parts.blocked;
    this.servable = parts.servable;
  }

  /** A base segment: every row that holds an ad is live. */
  static of(segment: BaseSegment, blocks: BlockReasons): SegmentView {
    const liveWords = segment.keywords.lengths.reduce((sum, length) => sum + length, 0);
    return blockedView({ segment, live: segment.occupied, liveCount: segment.adCount, liveWords }, blocks);
  }

  /** A delta segment that has grown since `before`, or has just begun: its new rows are live. */
  static grown(segment: Segment, before: SegmentView | undefined, blocks: BlockReasons): SegmentView {
    const from = before?.segment.size ?? 0;
    const words = wordsFor(segment.size);
    const { lengths } = segment.keywords;
    const { active, creativeApproved, policyApproved } = segment.states;
    const { blockedBy, blocked } = blockedOfGrown(segment, from, before, blocks);
    const live = resized(before?.live, words);
    const servable = resized(before?.servable, words);
    let liveWords = before?.liveWords ?? 0;
    for (let row = from; row < segment.size; row++) {
      setBit(live, row);
      liveWords += lengths[row] as number;
      if (hasBit(active, row) && hasBit(creativeApproved, row) && hasBit(policyApproved, row) && !hasBit(blocked, row))
        setBit(servable, row);
    }
    const liveCount = (before?.liveCount ?? 0) + segment.size - from;
    return new SegmentView({ segment, live, liveCount, liveWords, blockedBy, blocked, servable });
  }

  /** The same segment without the given rows, each of them live now. */
  without(rows: readonly number[]): SegmentView {
    const live = this.live.slice();
    let liveWords = this.liveWords;
    for (const row of rows) {
      clearBit(live, row);
      liveWords -= this.segment.keywords.lengths[row] as number;
    }
    return new SegmentView({ ...this, live, liveCount: this.liveCount - rows.length, liveWords });
  }

  /** The same segment under another list of blocked campaigns. */
  withBlocks(blocks: BlockReasons): SegmentView {
    return blockedView(this, blocks);
  }

  /** Row of a live ad, or -1. */
  liveRowOf(id: number): number {
    const row = this.segment.rowOf(id);
    return row >= 0 && hasBit(this.live, row) ? row : -1;
  }
}

function blockedView(
  of: Pick<ViewParts, "segment" | "live" | "liveCount" | "liveWords">,
  blocks: BlockReasons,
): SegmentView {
  const { segment, live, liveCount, liveWords } = of;
  const rows = () => new Int32Array(live.length);
  const blockedBy = { paused: rows(), budget_exhausted: rows(), inflight_budget: rows(), paced_out: rows() };
  segment.eachBlocked(blocks, 0, (row, reason) => setBit(blockedBy[reason], row));
  const blocked = rows();
  for (const reason of BLOCK_REASONS) uniteWords(blocked, blockedBy[reason]);
  const { active, creativeApproved, policyApproved } = segment.states;
  const servable = rows();
  intersectSets(servable, [live, active, creativeApproved, policyApproved]);
  subtractWords(servable, blocked);
  return new SegmentView({ segment, live, liveCount, liveWords, blockedBy, blocked, servable });
}

/** Those of the view before where no new row is blocked, so that a change copies nothing. They may be longer than the rows. */
function blockedOfGrown(
  segment: Segment,
  from: number,
  before: SegmentView | undefined,
  blocks: BlockReasons,
): Pick<ViewParts, "blockedBy" | "blocked"> {
  const found: { readonly row: number; readonly reason: CampaignBlockReason }[] = [];
  segment.eachBlocked(blocks, from, (row, reason) => found.push({ row, reason }));
  const words = wordsFor(segment.size);
  if (before !== undefined && found.length === 0 && before.blocked.length >= words) return before;
  const copyOf = (rows: Int32Array | undefined) => resized(rows, Math.max(rows?.length ?? 0, 2 * words));
  const blockedBy = {
    paused: copyOf(before?.blockedBy.paused),
    budget_exhausted: copyOf(before?.blockedBy.budget_exhausted),
    inflight_budget: copyOf(before?.blockedBy.inflight_budget),
    paced_out: copyOf(before?.blockedBy.paced_out),
  };
  const blocked = copyOf(before?.blocked);
  for (const { row, reason } of found) {
    setBit(blockedBy[reason], row);
    setBit(blocked, row);
  }
  return { blockedBy, blocked };
}

/** A copy, with further words of 0 up to `words`. */
function resized(rows: Int32Array | undefined, words: number): Int32Array {
  const copy = new Int32Array(words);
  if (rows !== undefined) copy.set(rows);
  return copy;
}
