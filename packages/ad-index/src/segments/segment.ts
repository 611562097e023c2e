/**
 * A piece of the index as a snapshot sees it: some ads, each in one row, with everything that searches read about them. Base
 * segments are built as a whole; delta segments grow (`delta/delta-segment.ts`).
 *
 * G1 Equal sets of ads make equal base segments, in whatever order they came: rows are in the order of ids, or of inverted lists that
 *    depend on the set alone. Lists are padded with empty rows, whose id is {@link NO_AD}.
 * G2 What a segment answers never changes. Which of its rows are live, and which are blocked, is the snapshot's knowledge.
 */
import type { AdDocument, TargetingAssignment } from "@tenon/ads-model";
import { hasBit, setBit, wordsFor } from "../bits/bitset.ts";
import type { ForwardTable } from "../forward/forward-table.ts";
import { type Codebooks, forwardTable } from "../forward/forward-values.ts";
import type { CampaignBlockReason } from "../host.ts";
import { buildKeywordIndex } from "../keywords/keyword-builder.ts";
import type { KeywordIndex, KeywordSource } from "../keywords/keyword-index.ts";
import { ScheduleIndex } from "../targeting/schedule-index.ts";
import { StateRows } from "../targeting/state-rows.ts";
import { TargetingIndex } from "../targeting/targeting-index.ts";
import { CampaignRows } from "./campaign-rows.ts";
import { IdTable } from "./id-table.ts";
import { FlatRows, type VectorRows } from "./vector-rows.ts";

/** Id of an empty row. */
export const NO_AD = -1;

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

/** Numbers about the ad of a row that the index itself needs; an empty row has {@link NO_AD} in each. */
export interface RowFacts {
  readonly ids: Float64Array;
  readonly versions: Float64Array;
  readonly campaigns: Float64Array;
  /** Row of the ad's vector in the matrix of its build. */
  readonly embeddingRows: Float64Array;
}

/** What ads' own states allow, one bit per row. */
export type StateSets = Readonly<Record<"active" | "creativeApproved" | "policyApproved", Int32Array>>;

/** Blocked campaigns by id. */
export type BlockReasons = ReadonlyMap<number, CampaignBlockReason>;

/** Arrays by row may hold more than `size` rows; the further ones are not this snapshot's. */
export interface Segment extends Pick<RowFacts, "ids" | "versions" | "embeddingRows"> {
  /** Rows, empty ones included. */
  readonly size: number;
  readonly targeting: { match(assignment: TargetingAssignment, into: Int32Array): void };
  readonly schedules: { rowsAt(atMs: number): Int32Array };
  readonly states: StateSets;
  readonly vectors: VectorRows;
  readonly keywords: KeywordSource;
  readonly forward: Pick<ForwardTable, "columns">;
  /** By row, where they are kept on the heap; a loaded base has them in its record store. */
  readonly documents: readonly (AdDocument | undefined)[] | undefined;
  /** Row of an ad, or -1. The row may be dead in a given snapshot. */
  rowOf(id: number): number;
  vectorOf(row: number): Float32Array | undefined;
  /** Visits each row of a blocked campaign, of those from row `from` on at least. */
  eachBlocked(blocks: BlockReasons, from: number, visit: (row: number, reason: CampaignBlockReason) => void): void;
}

export interface SegmentParts extends RowFacts {
  readonly targeting: TargetingIndex;
  readonly schedules: ScheduleIndex;
  readonly states: StateRows;
  readonly vectors: VectorRows;
  readonly keywords: KeywordIndex;
  /** Forward columns by row. */
  readonly forward: ForwardTable;
  /** By row, where they are kept on the heap; a loaded base has them in its record store. */
  readonly documents: readonly (AdDocument | undefined)[] | undefined;
}

export class BaseSegment implements Segment, SegmentParts {
  readonly ids: Float64Array;
  readonly versions: Float64Array;
  readonly campaigns: Float64Array;
  readonly embeddingRows: Float64Array;
  readonly targeting: TargetingIndex;
  readonly schedules: ScheduleIndex;
  readonly states: StateRows;
  readonly vectors: VectorRows;
  readonly keywords: KeywordIndex;
  readonly forward: ForwardTable;
  readonly documents: readonly (AdDocument | undefined)[] | undefined;
  /** Rows, empty ones included. */
  readonly size: number;
  readonly adCount: number;
  /** Rows that hold an ad, one bit per row. */
  readonly occupied: Int32Array;
  private readonly rowsById: IdTable;
  /** Made by the first block: a start has none, most of the time. */
  private rowsByCampaign: CampaignRows | undefined;

  constructor(parts: SegmentParts) {
    const { ids } = parts;
    this.ids = ids;
    this.versions = parts.versions;
    this.campaigns = parts.campaigns;
    this.embeddingRows = parts.embeddingRows;
    this.targeting = parts.targeting;
    this.schedules = parts.schedules;
    this.states = parts.states;
    this.vectors = parts.vectors;
    this.keywords = parts.keywords;
    this.forward = parts.forward;
    this.documents = parts.documents;
    this.size = ids.length;
    this.occupied = new Int32Array(wordsFor(ids.length));
    let adCount = 0;
    for (let row = 0; row < ids.length; row++) {
      if (ids[row] === NO_AD) continue;
      setBit(this.occupied, row);
      adCount++;
    }
    this.adCount = adCount;
    this.rowsById = new IdTable(ids);
    this.rowsByCampaign = undefined;
  }

  /** Rows in the order of ids, vectors searched one by one. `ads`: distinct ids, any order. */
  static of(ads: readonly IndexedAd[], { dimensions, codebooks }: SegmentSettings): BaseSegment {
    const rows = ads.toSorted((left, right) => left.document.adId - right.document.adId);
    const ids = Float64Array.from(rows, ({ document }) => document.adId);
    const vectors = rows.map(({ vector }) => vector);
    return new BaseSegment(partsOf(rows, new FlatRows(ids, vectors, dimensions), codebooks));
  }

  /** Row of an ad, or -1. The row may be dead in a given snapshot. */
  rowOf(id: number): number {
    return this.rowsById.rowOf(id);
  }

  eachBlocked(blocks: BlockReasons, _from: number, visit: (row: number, reason: CampaignBlockReason) => void): void {
    if (blocks.size === 0) return;
    this.rowsByCampaign ??= new CampaignRows(this.campaigns);
    for (const [campaignId, reason] of blocks)
      for (const row of this.rowsByCampaign.rowsOf(campaignId)) visit(row, reason);
  }

  vectorOf(row: number): Float32Array | undefined {
    return hasBit(this.vectors.present, row) ? this.vectors.vectorOf(row) : undefined;
  }
}

/** Everything about rows that are laid out already. */
export function partsOf(
  rows: readonly (IndexedAd | undefined)[],
  vectors: VectorRows,
  codebooks: Codebooks,
): SegmentParts {
  const documents = rows.map((ad) => ad?.document);
  const facts = (of: (document: AdDocument) => number) => {
    const values = new Float64Array(documents.length).fill(NO_AD);
    for (const [row, document] of documents.entries()) if (document !== undefined) values[row] = of(document);
    return values;
  };
  return {
    ids: facts(({ adId }) => adId),
    versions: facts(({ version }) => version),
    campaigns: facts(({ campaignId }) => campaignId),
    embeddingRows: facts(({ embedding }) => embedding.row),
    targeting: TargetingIndex.of(documents.map((document) => document?.targeting)),
    schedules: ScheduleIndex.of(documents.map((document) => document?.schedule)),
    states: StateRows.of(documents),
    vectors,
    keywords: buildKeywordIndex(documents),
    forward: forwardTable(documents, codebooks),
    documents,
  };
}
