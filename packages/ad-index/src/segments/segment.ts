/**
 * An immutable piece of the index: some ads, each in one row, with everything that searches read about them.
 *
 * G1 Rows are in ascending order of ad id, so that equal sets of ads make equal segments, in whatever order they came.
 * G2 What a segment answers never changes. Which of its rows are live, and which are blocked, is the snapshot's knowledge.
 */
import type { AdDocument } from "@tenon/ads-model";
import { hasBit } from "../bits/bitset.ts";
import { type Codebooks, forwardTable } from "../forward/forward-table.ts";
import { KeywordIndex } from "../keywords/keyword-index.ts";
import { ScheduleIndex } from "../targeting/schedule-index.ts";
import { StateRows } from "../targeting/state-rows.ts";
import { TargetingIndex } from "../targeting/targeting-index.ts";
import { VectorTable } from "../vectors/vector-table.ts";
import { IdTable } from "./id-table.ts";

/** An ad that passed the checks of `checkDocument`. */
export interface IndexedAd {
  readonly document: AdDocument;
  /** Absent when the ad is embedded in another space than the index. */
  readonly vector: ArrayLike<number> | undefined;
}

export interface SegmentSettings {
  readonly dimensions: number;
  readonly codebooks: Codebooks;
}

export class Segment {
  readonly size: number;
  /** Ad id per row, ascending. */
  readonly ids: Float64Array;
  readonly documents: readonly AdDocument[];
  readonly targeting: TargetingIndex;
  readonly schedules: ScheduleIndex;
  readonly states: StateRows;
  readonly vectors: VectorTable;
  readonly keywords: KeywordIndex;
  /** Forward columns, see forward-table.ts. */
  readonly forward: Float64Array;
  private readonly rowsById: IdTable;
  private readonly rowsByCampaign: ReadonlyMap<number, readonly number[]>;

  /** `ads`: distinct ids, any order. */
  constructor(ads: readonly IndexedAd[], settings: SegmentSettings) {
    const sorted = ads.toSorted((left, right) => left.document.adId - right.document.adId);
    const documents = sorted.map(({ document }) => document);
    this.size = documents.length;
    this.documents = documents;
    this.ids = Float64Array.from(documents, ({ adId }) => adId);
    this.rowsById = new IdTable(this.ids);
    this.targeting = TargetingIndex.of(documents.map(({ targeting }) => targeting));
    this.schedules = ScheduleIndex.of(documents.map(({ schedule }) => schedule));
    this.states = StateRows.of(documents);
    this.vectors = new VectorTable(
      sorted.map(({ vector }) => vector),
      settings.dimensions,
    );
    this.keywords = new KeywordIndex(documents);
    this.forward = forwardTable(documents, settings.codebooks);
    this.rowsByCampaign = groupByCampaign(documents);
  }

  /** Row of an ad, or -1. The row may be dead in a given snapshot. */
  rowOf(id: number): number {
    return this.rowsById.rowOf(id);
  }

  rowsOfCampaign(campaignId: number): readonly number[] {
    return this.rowsByCampaign.get(campaignId) ?? [];
  }

  adOf(row: number): IndexedAd {
    const vector = hasBit(this.vectors.present, row) ? this.vectors.vectorOf(row) : undefined;
    return { document: this.documents[row] as AdDocument, vector };
  }
}

function groupByCampaign(documents: readonly AdDocument[]): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  for (const [row, { campaignId }] of documents.entries()) {
    const rows = groups.get(campaignId);
    if (rows === undefined) groups.set(campaignId, [row]);
    else rows.push(row);
  }
  return groups;
}
