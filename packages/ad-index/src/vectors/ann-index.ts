/** The port of nearest-neighbour search with filters: one question, several methods behind it. */

/** `exact`: every matching row is looked at. `ivf`: only the promising lists are. `graph`: a walk in hnswlib. */
export type AnnMethod = "exact" | "ivf" | "graph";

export interface AnnQuery {
  /** Finite, as wide as the vectors of the segment. */
  readonly vector: ArrayLike<number>;
  /** The space the vector belongs to. */
  readonly embeddingVersion: string;
  /** Ads wanted, 0 to 10,000. */
  readonly k: number;
  /** Bitmaps of the segment, without bits of empty rows; a row must be in all of them. None: every row with a vector. At most 15. */
  readonly filters: readonly Int32Array[];
  /** Rows with a vector that are in all filters, where the caller knows; estimated from a sample otherwise. */
  readonly matches?: number | undefined;
  /** Longest time the search may take, in milliseconds; unlimited when absent. */
  readonly timeBudgetMs?: number | undefined;
  /** Takes the decision away from the planner. */
  readonly method?: AnnMethod | undefined;
  /** Computes the exact answer as well, and reports the recall of the one that is given. */
  readonly shadow?: boolean | undefined;
}

/** Why a search was answered as it was: plain data for traces. */
export interface AnnDecision {
  readonly method: AnnMethod;
  readonly reason: string;
  readonly matches: number;
  /** Rows scored by their bytes. */
  readonly rowsRead: number;
  /** Rows scored exactly. */
  readonly rowsReranked: number;
  readonly listsProbed: number;
  /** Share of the exact answer that was found; only with `shadow`. */
  readonly shadowRecall?: number | undefined;
  /** Numbers the decision was made from, by name. */
  readonly parameters: Readonly<Record<string, number>>;
}

export interface AnnAnswer {
  /** Best first: score descending, then id ascending. As many as wanted, or all that match. */
  readonly ids: Float64Array;
  /** Aligned with `ids`: rows of the segment. */
  readonly rows: Int32Array;
  /** Aligned with `ids`: inner products, cosines or negated squared distances (rule V1). */
  readonly scores: Float32Array;
  /** True when the time ended before the search did: every hit is sound, better ones may be missing. */
  readonly partial: boolean;
  readonly decision: AnnDecision;
}

export interface AnnIndex {
  /**
   * Searches on this thread. Errors: TENON1400 for `k`, TENON1401 for the vector, TENON1402 for its embedding version, TENON1411 for a
   * zero vector under cosine, TENON1414 for a filter that is no bitmap of the segment, TENON1419 for anything else.
   */
  search(query: AnnQuery): AnnAnswer;
  /** Searches without holding up this thread. Also rejects with TENON1415 and TENON1416. */
  searchAsync(query: AnnQuery): Promise<AnnAnswer>;
  close(): Promise<void>;
}
