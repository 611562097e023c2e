/**
 * The documents an index holds: a base, the delta of later changes, and the deletions. A batch of changes appends its documents to the
 * delta and takes the rows it replaces out of what was there.
 *
 * E1 Each ad is live in at most one segment. Versions decide which document that is, arrival order never does.
 * E2 Views never change: a reader keeps what it was given.
 */
import type { AdDocument, AdId } from "@tenon/ads-model";
import { GraphError } from "@tenon/graph-core";
import type { DocumentUpsert, RejectedDocument } from "../host.ts";
import type { SegmentBase } from "./base.ts";
import type { Change } from "./changes.ts";
import { checkDocument } from "./check-document.ts";
import type { Turn } from "./compact/build-apart.ts";
import { Delta, liveAds } from "./delta/delta.ts";
import { DELTA_ROWS_MAX } from "./delta/delta-segment.ts";
import type { BlockReasons, IndexedAd, Segment } from "./segment.ts";
import { SegmentView } from "./segment-view.ts";
import { Tombstones } from "./tombstones.ts";

/** Rows looked at between two turns of the event loop: below a millisecond. */
const ROWS_PER_TURN = 4_096;

export interface Absorbed {
  readonly applied: readonly Change[];
  readonly stale: readonly AdId[];
  readonly rejected: readonly RejectedDocument[];
}

export class HeldDocuments {
  readonly base: SegmentBase;
  private baseView: SegmentView;
  private readonly delta: Delta;
  private blocks: BlockReasons;
  private readonly tombstones = new Tombstones();

  constructor(base: SegmentBase, blocks: BlockReasons) {
    this.base = base;
    this.blocks = blocks;
    this.baseView = SegmentView.of(base.segment, blocks);
    const { dimensions } = base.embeddings;
    this.delta = new Delta({ dimensions, codebooks: base.codebooks, rowsMax: DELTA_ROWS_MAX });
    for (const { adId, version } of base.deletions) this.tombstones.add(adId, version);
  }

  /** The first is the base's; see E1. */
  get views(): readonly SegmentView[] {
    return [this.baseView, ...this.delta.views];
  }

  /** Rows of the delta, those included that were replaced since. */
  get deltaRows(): number {
    return this.delta.rowCount;
  }

  /** Takes in changes of distinct ads. One document that cannot be indexed does not stop the others. */
  absorb(changes: readonly Change[]): Absorbed {
    const applied: Change[] = [];
    const stale: AdId[] = [];
    const rejected: RejectedDocument[] = [];
    const added: IndexedAd[] = [];
    for (const change of changes) {
      if (change.version <= this.versionHeld(change.adId)) {
        stale.push(change.adId);
        continue;
      }
      if (change.upsert === undefined) this.tombstones.add(change.adId, change.version);
      else {
        const ad = this.checked(change.upsert, rejected);
        if (ad === undefined) continue;
        added.push(ad);
      }
      applied.push(change);
    }
    if (applied.length > 0) {
      this.baseView = withoutAds(this.baseView, applied);
      this.delta.views = this.delta.views.map((view) => withoutAds(view, applied));
      this.delta.add(added, applied.length, this.blocks);
    }
    return { applied, stale, rejected };
  }

  block(blocks: BlockReasons): void {
    this.blocks = blocks;
    this.baseView = this.baseView.withBlocks(blocks);
    this.delta.views = this.delta.views.map((view) => view.withBlocks(blocks));
  }

  /** Every deletion remembered, as changes. */
  deletions(): readonly Change[] {
    return this.tombstones.deletions();
  }

  /** Every live ad with its document, of the state at the call, in slices. Documents of a loaded base are read from its records. */
  async liveAds(turn: Turn): Promise<readonly IndexedAd[]> {
    const ads: IndexedAd[] = [];
    for (const view of this.views) {
      if (view.segment.documents === undefined) for (const ad of await this.base.readAds(view)) ads.push(ad);
      else {
        for (let from = 0; from < view.segment.size; from += ROWS_PER_TURN) {
          for (const ad of liveAds(view, from, from + ROWS_PER_TURN)) ads.push(ad);
          await turn();
        }
      }
    }
    return ads;
  }

  private versionHeld(adId: AdId): number {
    return Math.max(this.liveVersionOf(adId), this.tombstones.versionOf(adId));
  }

  private liveVersionOf(adId: AdId): number {
    const place = this.placeOf(adId);
    return place === undefined ? 0 : (place.segment.versions[place.row] as number);
  }

  private placeOf(adId: AdId): { readonly segment: Segment; readonly row: number } | undefined {
    for (const view of this.views) {
      const row = view.liveRowOf(adId);
      if (row >= 0) return { segment: view.segment, row };
    }
    return undefined;
  }

  /** An ad that changed in anything but its embedding keeps its vector. */
  private readonly heldVector = ({ adId, embedding }: AdDocument): Float32Array | undefined => {
    const place = this.placeOf(adId);
    return place?.segment.embeddingRows[place.row] === embedding.row ? place.segment.vectorOf(place.row) : undefined;
  };

  private checked(upsert: DocumentUpsert, rejected: RejectedDocument[]): IndexedAd | undefined {
    try {
      return checkDocument(upsert, { ...this.base.embeddings, held: this.heldVector });
    } catch (problem) {
      if (!(problem instanceof GraphError)) throw problem;
      rejected.push({ adId: upsert.document.adId, problem });
      return undefined;
    }
  }
}

/** The view without the changed ads; itself when it holds none of them. */
function withoutAds(view: SegmentView, changes: readonly Change[]): SegmentView {
  const rows = changes.map(({ adId }) => view.liveRowOf(adId)).filter((row) => row >= 0);
  return rows.length === 0 ? view : view.without(rows);
}
