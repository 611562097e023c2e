/**
 * The exact index: a list of immutable segments, of which the first is the base. A change batch makes one small segment of its
 * documents and takes the rows it replaces out of the older ones; small segments are merged as they gather.
 *
 * E1 A snapshot never changes; a change makes a new one and swaps one reference.
 * E2 Each ad is live in at most one segment. Versions decide which document that is, arrival order never does.
 */
import { hash } from "node:crypto";
import type { AdDocument, AdId } from "@tenon/ads-model";
import { GraphError } from "@tenon/graph-core";
import type { IndexVersion } from "../api.ts";
import { hasBit } from "../bits/bitset.ts";
import { type Codebooks, dictionariesOf } from "../forward/forward-values.ts";
import type {
  AdIndexHost,
  CampaignBlocks,
  ChangeReport,
  DocumentUpsert,
  EmbeddingMatrix,
  IndexChanges,
  RejectedDocument,
} from "../host.ts";
import { newestChanges } from "./changes.ts";
import { checkDocument } from "./check-document.ts";
import { ExactSnapshot, type SearchTools, type SnapshotState } from "./exact-snapshot.ts";
import { type IndexedAd, Segment } from "./segment.ts";
import { type BlockReasons, SegmentView } from "./segment-view.ts";
import { Tombstones } from "./tombstones.ts";

/** A segment is merged with the one before it while that holds fewer than this many times its ads. */
const MERGE_FACTOR = 4;
/** Hex digits of the name of a base that was given none: 48 bits tell builds apart. */
const BASE_DIGITS = 12;

export interface ExactIndexSettings {
  readonly embeddings: EmbeddingMatrix;
  readonly codebooks: Codebooks;
  readonly tools: SearchTools;
}

export class ExactIndex implements AdIndexHost {
  private snapshot: ExactSnapshot;
  private readonly settings: ExactIndexSettings;
  private readonly tombstones = new Tombstones();
  /** Campaign blocks given so far, for the version guard. */
  private blocksVersion = 0;

  constructor(ads: readonly IndexedAd[], base: string | undefined, settings: ExactIndexSettings) {
    this.settings = settings;
    this.snapshot = this.baseOf(ads, base, new Map());
  }

  current(): ExactSnapshot {
    return this.snapshot;
  }

  apply({ upserts = [], deletes = [] }: IndexChanges): ChangeReport {
    const { state } = this.snapshot;
    const { newest, stale } = newestChanges(upserts, deletes);
    const added: IndexedAd[] = [];
    const removed: AdId[] = [];
    const rejected: RejectedDocument[] = [];
    for (const change of newest) {
      if (change.version <= this.versionHeld(change.adId)) {
        stale.push(change.adId);
        continue;
      }
      const ad = change.upsert === undefined ? undefined : this.checked(change.upsert, rejected);
      if (change.upsert !== undefined && ad === undefined) continue;
      removed.push(change.adId);
      if (ad === undefined) this.tombstones.add(change.adId, change.version);
      else added.push(ad);
    }
    if (removed.length > 0) {
      const views = [...withoutAds(state.views, removed)];
      if (added.length > 0) views.push(SegmentView.of(this.segmentOf(added), state.blocks));
      this.snapshot = this.snapshotOf({
        ...state.version,
        delta: state.version.delta + 1,
        views: this.merged(views),
        blocks: state.blocks,
      });
    }
    return { version: this.snapshot.version, appliedCount: removed.length, stale, rejected };
  }

  blockCampaigns({ version, blocked }: CampaignBlocks): IndexVersion {
    if (version <= this.blocksVersion) return this.snapshot.version;
    const { state } = this.snapshot;
    const blocks = new Map(blocked.map(({ campaignId, reason }) => [campaignId, reason]));
    this.blocksVersion = version;
    this.snapshot = this.snapshotOf({
      ...state.version,
      views: state.views.map((view) => view.withBlocks(blocks)),
      blocks,
    });
    return this.snapshot.version;
  }

  compact(base?: string): IndexVersion {
    const { state } = this.snapshot;
    this.snapshot = this.baseOf(state.views.flatMap(liveAds), base, state.blocks);
    return this.snapshot.version;
  }

  private versionHeld(adId: AdId): number {
    return Math.max(this.documentOf(adId)?.version ?? 0, this.tombstones.versionOf(adId));
  }

  private documentOf(adId: AdId): AdDocument | undefined {
    for (const view of this.snapshot.state.views) {
      const row = view.liveRowOf(adId);
      if (row >= 0) return view.segment.documents[row];
    }
    return undefined;
  }

  private checked(upsert: DocumentUpsert, rejected: RejectedDocument[]): IndexedAd | undefined {
    try {
      return checkDocument(upsert, this.settings.embeddings);
    } catch (problem) {
      if (!(problem instanceof GraphError)) throw problem;
      rejected.push({ adId: upsert.document.adId, problem });
      return undefined;
    }
  }

  private segmentOf(ads: readonly IndexedAd[]): Segment {
    return new Segment(ads, { dimensions: this.settings.embeddings.dimensions, codebooks: this.settings.codebooks });
  }

  private baseOf(ads: readonly IndexedAd[], base: string | undefined, blocks: BlockReasons): ExactSnapshot {
    const segment = this.segmentOf(ads);
    return this.snapshotOf({
      base: base ?? baseName(segment),
      delta: 0,
      views: [SegmentView.of(segment, blocks)],
      blocks,
    });
  }

  /** Merges young segments so that their number stays logarithmic in the changes; the base is left to `compact`. */
  private merged(views: readonly SegmentView[]): readonly SegmentView[] {
    const [base, ...rest] = views;
    const young = rest.filter(({ liveCount }) => liveCount > 0);
    for (;;) {
      const last = young.at(-1);
      const previous = young.at(-2);
      if (last === undefined || previous === undefined || previous.liveCount >= MERGE_FACTOR * last.liveCount) break;
      const ads = [...liveAds(previous), ...liveAds(last)];
      young.splice(-2, 2, SegmentView.of(this.segmentOf(ads), this.snapshot.state.blocks));
    }
    return base === undefined ? young : [base, ...young];
  }

  private snapshotOf(
    next: Pick<SnapshotState, "views" | "blocks"> & Pick<IndexVersion, "base" | "delta">,
  ): ExactSnapshot {
    const { embeddings, codebooks, tools } = this.settings;
    const version = Object.freeze({
      base: next.base,
      delta: next.delta,
      eligibility: this.blocksVersion,
      embeddingVersion: embeddings.version,
      documentCount: next.views.reduce((sum, { liveCount }) => sum + liveCount, 0),
    });
    const dictionaries = dictionariesOf(codebooks);
    return new ExactSnapshot(
      { version, views: next.views, blocks: next.blocks, dictionaries, dimensions: embeddings.dimensions },
      tools,
    );
  }
}

/** The views without the given ads. Views that held none of them are kept as they are. */
function withoutAds(views: readonly SegmentView[], adIds: readonly AdId[]): readonly SegmentView[] {
  return views.map((view) => {
    const rows = adIds.map((adId) => view.liveRowOf(adId)).filter((row) => row >= 0);
    return rows.length === 0 ? view : view.without(rows);
  });
}

function liveAds({ segment, live }: SegmentView): readonly IndexedAd[] {
  return segment.documents.flatMap((_, row) => (hasBit(live, row) ? [segment.adOf(row)] : []));
}

/** A name that equal sets of (ad, version) share and others do not, because rows are in the order of ids. */
function baseName({ documents }: Segment): string {
  const facts = new Float64Array(documents.length * 2);
  for (const [row, { adId, version }] of documents.entries()) facts.set([adId, version], row * 2);
  return hash("sha256", new Uint8Array(facts.buffer)).slice(0, BASE_DIGITS);
}
