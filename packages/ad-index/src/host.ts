/** The port between hosts and the ad index: how documents get in. Nodes never see it. */
import type { AdDocument, AdId, CampaignId } from "@tenon/ads-model";
import { type Binding, bind, type GraphError } from "@tenon/graph-core";
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

/** Reasons for which the budget side takes a whole campaign out of serving. */
export type CampaignBlockReason = Extract<IneligibleReason, "budget_exhausted" | "inflight_budget" | "paced_out">;

/** The campaigns that may not serve now: the whole list each time, so that a lost message heals with the next. */
export interface CampaignBlocks {
  /** Grows with every list; an older one never replaces a newer one. */
  readonly version: number;
  readonly blocked: readonly { readonly campaignId: CampaignId; readonly reason: CampaignBlockReason }[];
}

/** An index with its write side. Each call swaps in a new snapshot; requests that hold an older one are not disturbed. */
export interface AdIndexHost extends AdIndex {
  /** Applies a batch, newest version of each ad wins. Visible in the next `current()`. */
  apply(changes: IndexChanges): ChangeReport;
  /** Replaces the list of blocked campaigns, if it is newer. */
  blockCampaigns(blocks: CampaignBlocks): IndexVersion;
  /** Folds all changes into a new base, named like a build. Answers stay the same. */
  compact(base?: string): IndexVersion;
}

/** Binds an index for a host's graphs: each request gets the snapshot that is newest when it starts. */
export function bindAdIndex(index: AdIndex): Binding<"adIndex"> {
  return bind(AdIndexResource, { current: () => index.current() }, (snapshot) =>
    indexVersionText((snapshot as AdIndexSnapshot).version),
  );
}
