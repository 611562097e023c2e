/** A segment as one snapshot sees it. */

import { clearBit, hasBit, setBit, wordsFor } from "../bits/bitset.ts";
import { intersectSets, subtractWords, uniteWords } from "../bits/combine.ts";
import type { CampaignBlockReason } from "../host.ts";
import type { Segment } from "./segment.ts";

/** Blocked campaigns by id. */
export type BlockReasons = ReadonlyMap<number, CampaignBlockReason>;

export const BLOCK_REASONS = [
  "paused",
  "budget_exhausted",
  "inflight_budget",
  "paced_out",
] as const satisfies readonly CampaignBlockReason[];

/** Rows of blocked campaigns, one bit per row, by reason. A row is in at most one. */
type BlockedRows = Readonly<Record<CampaignBlockReason, Int32Array>>;

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
  /** Live rows that may serve whenever their schedule says so: not blocked, active and approved. */
  readonly servable: Int32Array;

  private constructor(
    segment: Segment,
    live: Int32Array,
    counts: { liveCount: number; liveWords: number },
    blockedBy: BlockedRows,
  ) {
    this.segment = segment;
    this.live = live;
    this.liveCount = counts.liveCount;
    this.liveWords = counts.liveWords;
    this.blockedBy = blockedBy;
    this.blocked = new Int32Array(live.length);
    for (const reason of BLOCK_REASONS) uniteWords(this.blocked, blockedBy[reason]);
    const { active, creativeApproved, policyApproved } = segment.states;
    this.servable = new Int32Array(live.length);
    intersectSets(this.servable, [live, active, creativeApproved, policyApproved]);
    subtractWords(this.servable, this.blocked);
  }

  /** A new segment: every row is live. */
  static of(segment: Segment, blocks: BlockReasons): SegmentView {
    const liveWords = segment.keywords.lengths.reduce((sum, length) => sum + length, 0);
    return new SegmentView(
      segment,
      segment.occupied,
      { liveCount: segment.adCount, liveWords },
      blockedRows(segment, blocks),
    );
  }

  /** The same segment without the given rows, each of them live now. */
  without(rows: readonly number[]): SegmentView {
    const live = this.live.slice();
    let liveWords = this.liveWords;
    for (const row of rows) {
      clearBit(live, row);
      liveWords -= this.segment.keywords.lengths[row] as number;
    }
    return new SegmentView(this.segment, live, { liveCount: this.liveCount - rows.length, liveWords }, this.blockedBy);
  }

  /** The same segment under another list of blocked campaigns. */
  withBlocks(blocks: BlockReasons): SegmentView {
    return new SegmentView(this.segment, this.live, this, blockedRows(this.segment, blocks));
  }

  /** Row of a live ad, or -1. */
  liveRowOf(id: number): number {
    const row = this.segment.rowOf(id);
    return row >= 0 && hasBit(this.live, row) ? row : -1;
  }
}

function blockedRows(segment: Segment, blocks: BlockReasons): BlockedRows {
  const rows = () => new Int32Array(wordsFor(segment.size));
  const blocked = { paused: rows(), budget_exhausted: rows(), inflight_budget: rows(), paced_out: rows() };
  for (const [campaignId, reason] of blocks)
    for (const row of segment.rowsOfCampaign(campaignId)) setBit(blocked[reason], row);
  return blocked;
}
