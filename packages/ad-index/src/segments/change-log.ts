/** The changes since the base, newest per ad: what a new base may not know yet. */
import type { AdId } from "@tenon/ads-model";
import { tooManyChanges } from "../errors.ts";
import type { Change } from "./changes.ts";

/** Ads that may differ from the base. Beyond it the feed has to wait for a new base: searches would get slow, memory would grow. */
export const CHANGED_ADS_MAX = 250_000;
/** From here on a new base is cheaper than going on. */
export const COMPACTION_DUE_ADS = 20_000;

interface Entry {
  readonly change: Change;
  /** Of the change feed; infinite when the batch had none. */
  readonly position: number;
  /** In which it was applied here. */
  readonly order: number;
}

export class ChangeLog {
  private readonly entries = new Map<AdId, Entry>();
  private orders = 0;
  private newestPosition: number;
  private floorPosition: number;

  constructor(watermark: number) {
    this.newestPosition = watermark;
    this.floorPosition = watermark;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Position of the newest batch that had one. */
  get position(): number {
    return this.newestPosition;
  }

  /** Changes up to here are no longer in the log. */
  get floor(): number {
    return this.floorPosition;
  }

  /** How many batches were added so far: {@link since} takes it. */
  get order(): number {
    return this.orders;
  }

  /** Throws TENON1446 before a batch that would not fit. */
  requireRoom(changes: readonly Change[]): void {
    if (this.entries.size + changes.length <= CHANGED_ADS_MAX) return;
    const added = changes.filter(({ adId }) => !this.entries.has(adId)).length;
    if (this.entries.size + added > CHANGED_ADS_MAX) throw tooManyChanges(this.entries.size + added, CHANGED_ADS_MAX);
  }

  add(changes: readonly Change[], position: number | undefined): void {
    this.orders++;
    for (const change of changes) {
      this.entries.set(change.adId, {
        change,
        position: position ?? Number.POSITIVE_INFINITY,
        order: this.orders,
      });
    }
    if (position !== undefined && position > this.newestPosition) this.newestPosition = position;
  }

  /** Changes added after that order. */
  since(order: number): readonly Change[] {
    return this.changes((entry) => entry.order > order);
  }

  /** Changes that a base with this watermark may lack. */
  after(watermark: number): readonly Change[] {
    return this.changes((entry) => entry.position > watermark);
  }

  /** Forgets what a base with this watermark holds. */
  dropUpTo(watermark: number): void {
    this.drop(({ position }) => position <= watermark);
    this.floorPosition = Math.max(this.floorPosition, watermark);
  }

  /** Forgets what was added up to that order: a base made of this index's own documents holds it. */
  dropUpToOrder(order: number, watermark: number): void {
    this.drop((entry) => entry.order <= order);
    this.floorPosition = Math.max(this.floorPosition, watermark);
  }

  private changes(wanted: (entry: Entry) => boolean): readonly Change[] {
    return [...this.entries.values()].filter(wanted).map(({ change }) => change);
  }

  private drop(held: (entry: Entry) => boolean): void {
    for (const [adId, entry] of this.entries) if (held(entry)) this.entries.delete(adId);
  }
}
