/** Match sets of the latest filters of one snapshot, so that the searches of one request match once. */
import type { AdFilter } from "../api.ts";
import type { MatchSet } from "./match.ts";

/** Filters remembered: more than the requests a process has in flight at once. A set is two bits per ad, 12 KB at 50,000 ads. */
export const MATCH_SETS_MAX = 64;

export class MatchCache {
  private readonly sets = new Map<string, MatchSet>();

  /** The set of a filter; `match` computes it if it is not remembered. */
  get(filter: AdFilter, match: (filter: AdFilter) => MatchSet): MatchSet {
    // The text of a filter is unique and cheaper than any digest. Two orders of the same attributes are matched twice, no more.
    const key = JSON.stringify(filter);
    const known = this.sets.get(key);
    if (known !== undefined) return known;
    const set = match(filter);
    if (this.sets.size >= MATCH_SETS_MAX) this.dropOldest();
    this.sets.set(key, set);
    return set;
  }

  private dropOldest(): void {
    const [oldest] = this.sets.keys();
    if (oldest !== undefined) this.sets.delete(oldest);
  }
}
