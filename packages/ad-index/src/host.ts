/** The port between hosts and the ad index: how documents get in. Nodes never see it. */
import type { AdDocument, AdId, CampaignId } from "@tenon/ads-model";
import { type Binding, bind, type GraphError, type IdColumn } from "@tenon/graph-core";
import {
  type AdIndex,
  AdIndexResource,
  type AdIndexSnapshot,
  type IndexVersion,
  type IneligibleReason,
  indexVersionText,
} from "./api.ts";

/** Vectors of one space, row after row. A document's `embedding.row` counts rows. */
export interface EmbeddingMatrix {
  readonly version: string;
  /** Components per row. */
  readonly dimensions: number;
  /** Row r starts at `r * dimensions`. Copied when indexed. */
  readonly rows: Float32Array;
}

export interface DocumentUpsert {
  readonly document: AdDocument;
  /** The vector that `document.embedding` names, where the matrix of the base build does not hold it. */
  readonly vector?: ArrayLike<number> | undefined;
}

export interface DocumentDelete {
  readonly adId: AdId;
  /** Version of the deletion; an upsert that is not newer stays without effect. */
  readonly version: number;
}

/** One batch of the change feed; all of it becomes visible together. */
export interface IndexChanges {
  /**
   * Where the change feed stands after this batch, growing with every batch: a base whose watermark is not lower holds the batch
   * already. A batch without a position is replayed on every later base.
   */
  readonly position?: number;
  readonly upserts?: readonly DocumentUpsert[];
  readonly deletes?: readonly DocumentDelete[];
}

export interface RejectedDocument {
  readonly adId: AdId;
  readonly problem: GraphError;
}

/** What became of each change: applied + stale + rejected = sent. */
export interface ChangeReport {
  readonly version: IndexVersion;
  readonly appliedCount: number;
  /** Ads whose change was not newer than what the index holds: repeats and late arrivals. */
  readonly stale: readonly AdId[];
  /** Documents that cannot be indexed. The others of the batch are applied: one poisoned document must not stop the feed. */
  readonly rejected: readonly RejectedDocument[];
}

/** Reasons for which a whole campaign is taken out of serving before its documents say so. */
export type CampaignBlockReason = Extract<
  IneligibleReason,
  "paused" | "budget_exhausted" | "inflight_budget" | "paced_out"
>;

/** The campaigns that may not serve now: the whole list each time, so that a lost message heals with the next. */
export interface CampaignBlocks {
  /** Grows with every list; an older one never replaces a newer one. */
  readonly version: number;
  readonly blocked: readonly { readonly campaignId: CampaignId; readonly reason: CampaignBlockReason }[];
}

/** A complete index of one instant: made by `buildBase`, or loaded from files. Its content never changes. */
export interface IndexBase {
  readonly name: string;
  /** Position of the change feed up to which this base holds every change. */
  readonly watermark: number;
  readonly embeddingVersion: string;
  readonly documentCount: number;
  /** The mean of its ads' vectors; all zero without any. Computed by the call: milliseconds per 50,000 ads. */
  meanVector(): Float32Array;
}

export interface SwapReport {
  readonly version: IndexVersion;
  /** Changes later than the base's watermark that were brought over. */
  readonly replayedCount: number;
  /** Documents among them that this base cannot index. */
  readonly rejected: readonly RejectedDocument[];
}

export interface IndexStatus {
  readonly version: IndexVersion;
  readonly base: IndexBase;
  readonly serving: IndexVersion["serving"];
  /** Position of the newest batch with one; the base's watermark before it. */
  readonly position: number;
  /** Ads changed or deleted since the base: what a swap replays. */
  readonly changedAds: number;
  /** Enough has changed that a new base is cheaper than going on. */
  readonly compactionDue: boolean;
  /** Rows kept for changes since the base, those included that were replaced: at most twice the changed ads and some thousands. */
  readonly deltaRows: number;
  /** Pieces that a search visits, the base included. */
  readonly segments: number;
}

/** An index with its write side. Each call swaps in a new snapshot; requests that hold an older one are not disturbed. */
export interface AdIndexHost extends AdIndex {
  /** Applies a batch, newest version of each ad wins. Visible in the next `current()`. Throws TENON1446 when too much has changed. */
  apply(changes: IndexChanges): ChangeReport;
  /** Replaces the list of blocked campaigns, if it is newer. */
  blockCampaigns(blocks: CampaignBlocks): IndexVersion;
  /** Folds all changes into a new base, named like a build, and swaps it in. Answers stay the same. */
  compact(base?: string): Promise<IndexVersion>;
  /**
   * Serves from a newer base, and keeps every change later than its watermark, also those applied meanwhile. The work is done
   * in slices between requests. Rejects with TENON1445 for a base older than the changes this index still holds, TENON1447 while
   * another swap is running, TENON1448 for a base of another kind of index.
   */
  swapBase(base: IndexBase): Promise<SwapReport>;
  /**
   * Serves from an earlier base. `changes`: those after its watermark, in order, from the history of the change feed; changes applied
   * here meanwhile follow them. Nothing else of the present state is kept: what a bad change did is gone with it.
   */
  rollBack(base: IndexBase, changes: Iterable<IndexChanges>): Promise<SwapReport>;
  /** Shows requests the base alone, or the base with all changes again. Blocked campaigns stay blocked either way. */
  serveBaseOnly(on: boolean): IndexVersion;
  status(): IndexStatus;
  /** Every ad of the newest snapshot, eligible or not, in no particular order: for tables that a host keeps beside the index. */
  heldAds(): IdColumn;
}

/** Binds an index for a host's graphs: each request gets the snapshot that is newest when it starts. */
export function bindAdIndex(index: AdIndex): Binding<"adIndex"> {
  return bind(AdIndexResource, { current: () => index.current() }, (snapshot) =>
    indexVersionText((snapshot as AdIndexSnapshot).version),
  );
}
