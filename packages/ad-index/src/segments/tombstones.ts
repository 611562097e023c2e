/** Versions of deleted ads: a late upsert that is older than the deletion must not bring the ad back. */
import type { AdId } from "@tenon/ads-model";
import type { Change } from "./changes.ts";

/** Deletions remembered; the oldest are forgotten first. Upserts that arrive more than this many deletions late may revive an ad. */
export const TOMBSTONES_MAX = 100_000;

export class Tombstones {
  private readonly versions = new Map<AdId, number>();

  add(adId: AdId, version: number): void {
    this.versions.delete(adId);
    this.versions.set(adId, version);
    if (this.versions.size <= TOMBSTONES_MAX) return;
    const [oldest] = this.versions.keys();
    if (oldest !== undefined) this.versions.delete(oldest);
  }

  /** Version of the deletion, or 0. */
  versionOf(adId: AdId): number {
    return this.versions.get(adId) ?? 0;
  }

  deletions(): readonly Change[] {
    return Array.from(this.versions, ([adId, version]) => ({ adId, version, upsert: undefined }));
  }
}
