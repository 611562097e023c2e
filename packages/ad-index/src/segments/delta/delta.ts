/**
 * The changes since a base as segments that grow: changes go to the last one; when it is full, another begins.
 *
 * D3 A row that was replaced or deleted stays until its segment goes. While such rows are more than the live ones and two segments,
 *    each change also moves two live ads out of the segment that holds the fewest, to the end: so rows stay below twice the live ads
 *    and three segments, at a cost per change that does not grow.
 */
import { hasBit } from "../../bits/bitset.ts";
import type { BlockReasons, IndexedAd } from "../segment.ts";
import { SegmentView } from "../segment-view.ts";
import { DeltaSegment, type DeltaSettings } from "./delta-segment.ts";

/** Ads moved per change while there are too many dead rows. */
const MOVED_PER_CHANGE = 2;

export class Delta {
  /** The last is that of `open`, if it has rows. */
  views: readonly SegmentView[] = [];
  private readonly settings: DeltaSettings;
  private open: DeltaSegment;
  private hasOpenView = false;

  constructor(settings: DeltaSettings) {
    this.settings = settings;
    this.open = new DeltaSegment(settings);
  }

  /** Rows that are kept, dead ones included. */
  get rowCount(): number {
    return this.views.reduce((sum, { segment }) => sum + segment.size, 0);
  }

  /** Adds ads that are live nowhere, after a batch of `changes`. */
  add(ads: readonly IndexedAd[], changes: number, blocks: BlockReasons): void {
    this.append(ads, blocks);
    this.append(this.takeFromSparsest(MOVED_PER_CHANGE * changes), blocks);
    const last = this.hasOpenView ? this.views.at(-1) : undefined;
    this.views = this.views.filter((view) => view.liveCount > 0 || view === last);
  }

  private append(ads: readonly IndexedAd[], blocks: BlockReasons): void {
    for (let from = 0; from < ads.length; ) {
      if (this.open.room === 0) {
        this.open = new DeltaSegment(this.settings);
        this.hasOpenView = false;
      }
      const to = Math.min(ads.length, from + this.open.room);
      for (const ad of ads.slice(from, to)) this.open.add(ad);
      const before = this.hasOpenView ? this.views.at(-1) : undefined;
      const sealed = this.hasOpenView ? this.views.slice(0, -1) : this.views;
      this.views = [...sealed, SegmentView.grown(this.open.upToNow(), before, blocks)];
      this.hasOpenView = true;
      from = to;
    }
  }

  /** At most `count` live ads of the full segment with the fewest, taken out of it. None while the dead rows are few (D3). */
  private takeFromSparsest(count: number): readonly IndexedAd[] {
    const { rowsMax } = this.settings;
    const live = this.views.reduce((sum, { liveCount }) => sum + liveCount, 0);
    if (this.rowCount - live <= live + 2 * rowsMax) return [];
    const full = this.views.filter(({ segment }) => segment.size === rowsMax);
    const sparsest = full.reduce(
      (least, view) => (view.liveCount < least.liveCount ? view : least),
      full[0] as SegmentView,
    );
    const rows: number[] = [];
    for (let row = 0; row < sparsest.segment.size && rows.length < count; row++)
      if (hasBit(sparsest.live, row)) rows.push(row);
    this.views = this.views.map((view) => (view === sparsest ? view.without(rows) : view));
    return rows.map((row) => adAt(sparsest, row));
  }
}

/** The live ads of some rows of a view whose segment has its documents on the heap. */
export function liveAds(view: SegmentView, from: number, to: number): readonly IndexedAd[] {
  const ads: IndexedAd[] = [];
  const end = Math.min(to, view.segment.size);
  for (let row = from; row < end; row++) if (hasBit(view.live, row)) ads.push(adAt(view, row));
  return ads;
}

function adAt({ segment }: SegmentView, row: number): IndexedAd {
  return {
    document: segment.documents?.[row] as IndexedAd["document"],
    vector: segment.vectorOf(row),
  };
}
