/**
 * Ads that come one by one, each in the next row, with everything that searches read about them. Adding an ad writes its row and
 * its postings once; nothing is sorted or merged, so a batch of one costs hardly more per ad than a batch of many.
 *
 * D1 Rows are only added, and never change: a reader of the first n rows is not disturbed by those that follow.
 * D2 An ad that changes again takes a further row. Each row names the one that the ad had before.
 */
import type { AdDocument } from "@tenon/ads-model";
import { hasBit, setBit, wordsFor } from "../../bits/bitset.ts";
import { withRoom } from "../../bits/growing.ts";
import { FORWARD_COLUMN_NAMES, type ForwardColumnName } from "../../forward/forward-columns.ts";
import type { PlacedColumn } from "../../forward/forward-table.ts";
import { type Codebooks, readForward } from "../../forward/forward-values.ts";
import type { CampaignBlockReason } from "../../host.ts";
import { GrowingKeywords } from "../../keywords/growing-keywords.ts";
import { GrowingSchedules } from "../../targeting/growing-schedules.ts";
import { GrowingTargeting } from "../../targeting/growing-targeting.ts";
import { IdTable } from "../id-table.ts";
import type { BlockReasons, IndexedAd, Segment, StateSets } from "../segment.ts";
import { DeltaVectors } from "./delta-vectors.ts";

/** Rows of a delta segment; the next change begins another. Searches visit each of them, and memory is freed one by one. */
export const DELTA_ROWS_MAX = 8_192;

export interface DeltaSettings {
  readonly dimensions: number;
  readonly codebooks: Codebooks;
  /** {@link DELTA_ROWS_MAX}, less only in tests. */
  readonly rowsMax: number;
}

const COLUMNS = FORWARD_COLUMN_NAMES.length;

export class DeltaSegment {
  private size = 0;
  private ids = new Float64Array(0);
  private versions = new Float64Array(0);
  private campaigns = new Float64Array(0);
  private embeddingRows = new Float64Array(0);
  private forward = new Float64Array(0);
  private columns = columnsOf(this.forward);
  /** Row of the same ad before, or -1 (D2). */
  private before = new Int32Array(0);
  private readonly newestRows = new IdTable();
  private readonly documents: AdDocument[] = [];
  private readonly targeting = new GrowingTargeting();
  private readonly schedules = new GrowingSchedules();
  private readonly keywords = new GrowingKeywords();
  private states: StateSets = {
    active: new Int32Array(0),
    creativeApproved: new Int32Array(0),
    policyApproved: new Int32Array(0),
  };
  private readonly vectors: DeltaVectors;
  private readonly codebooks: Codebooks;
  private readonly rowsMax: number;

  constructor({ dimensions, codebooks, rowsMax }: DeltaSettings) {
    this.rowsMax = rowsMax;
    this.codebooks = codebooks;
    this.vectors = new DeltaVectors(dimensions, rowsMax, () => this.ids);
  }

  /** Ads that can still be added. */
  get room(): number {
    return this.rowsMax - this.size;
  }

  add({ document, vector }: IndexedAd): void {
    const row = this.size++;
    this.makeRoom();
    this.ids[row] = document.adId;
    this.versions[row] = document.version;
    this.campaigns[row] = document.campaignId;
    this.embeddingRows[row] = document.embedding.row;
    this.before[row] = this.newestRows.set(document.adId, row);
    this.documents.push(document);
    readForward(document, this.codebooks, this.forward, row * COLUMNS);
    const { active, creativeApproved, policyApproved } = this.states;
    if (document.status === "active") setBit(active, row);
    if (document.creativeReview === "approved") setBit(creativeApproved, row);
    if (document.policyReview === "approved") setBit(policyApproved, row);
    this.targeting.add(row, document.targeting);
    this.schedules.add(row, document.schedule);
    this.vectors.add(row, vector);
    this.keywords.add(row, document);
  }

  /** The rows there are now. */
  upToNow(): Segment {
    const { size, ids, versions, embeddingRows, documents, schedules, vectors, columns, states } = this;
    return {
      size,
      ids,
      versions,
      embeddingRows,
      documents,
      states,
      vectors,
      targeting: this.targeting.upToNow(),
      schedules,
      keywords: this.keywords.upTo(size),
      forward: { columns },
      rowOf: (id) => this.rowOf(id, size),
      vectorOf: (row) => (hasBit(vectors.present, row) ? vectors.vectorOf(row) : undefined),
      eachBlocked: (blocks, from, visit) => this.eachBlocked(blocks, { from, to: size }, visit),
    };
  }

  private rowOf(id: number, size: number): number {
    let row = this.newestRows.rowOf(id);
    while (row >= size) row = this.before[row] as number;
    return row;
  }

  private eachBlocked(
    blocks: BlockReasons,
    { from, to }: { readonly from: number; readonly to: number },
    visit: (row: number, reason: CampaignBlockReason) => void,
  ): void {
    if (blocks.size === 0) return;
    for (let row = from; row < to; row++) {
      const reason = blocks.get(this.campaigns[row] as number);
      if (reason !== undefined) visit(row, reason);
    }
  }

  private makeRoom(): void {
    const { size, states } = this;
    this.ids = withRoom(this.ids, size);
    this.versions = withRoom(this.versions, size);
    this.campaigns = withRoom(this.campaigns, size);
    this.embeddingRows = withRoom(this.embeddingRows, size);
    this.before = withRoom(this.before, size);
    if (size * COLUMNS > this.forward.length) {
      this.forward = withRoom(this.forward, size * COLUMNS);
      this.columns = columnsOf(this.forward);
    }
    if (wordsFor(size) <= states.active.length) return;
    this.states = {
      active: withRoom(states.active, wordsFor(size)),
      creativeApproved: withRoom(states.creativeApproved, wordsFor(size)),
      policyApproved: withRoom(states.policyApproved, wordsFor(size)),
    };
  }
}

function columnsOf(rows: Float64Array): ReadonlyMap<ForwardColumnName, PlacedColumn> {
  const form = { family: "f64", form: "plain" } as const;
  return new Map(FORWARD_COLUMN_NAMES.map((name, place) => [name, { form, rows, stride: COLUMNS, place }]));
}
