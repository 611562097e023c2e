/** The best ads of a search as columns of an answer. */
import { type F32Column, F32Writer, type IdColumn, IdWriter } from "@tenon/graph-core";
import { BestPairs } from "./best-pairs.ts";

export class TopCandidates extends BestPairs {
  /** The best pairs offered, best first; at most `limit`. */
  take(): { readonly ids: IdColumn; readonly scores: F32Column } {
    const ranked = this.ranked();
    const ids = new IdWriter(ranked.ids.length);
    const scores = new F32Writer(ranked.ids.length);
    for (let rank = 0; rank < ranked.ids.length; rank++) {
      ids.set(rank, ranked.ids[rank] as number);
      scores.set(rank, ranked.scores[rank] as number);
    }
    return { ids: ids.seal(), scores: scores.seal() };
  }
}
