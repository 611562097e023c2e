/** Time as a node sees it: it stands still for the whole request, so two readers always agree. */
export interface RequestClock {
  /** When the request began, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Everything a node may use besides its slots. There is no ambient clock, randomness, flag or context. */
export interface NodeContext<Uses = unknown> {
  /** The declared resources, by name. */
  readonly uses: Uses;
  /** Aborts when the request ends, fails or passes its deadline: hand it to every resource call that takes one. */
  readonly signal: AbortSignal;
  /**
   * When the request must be answered, in milliseconds since the epoch; `Infinity` without a deadline. The same for every
   * node, and the same in a replay. A node's own budget is not in it: `signal` says when that has passed.
   */
  readonly deadlineMs: number;
  readonly clock: RequestClock;
  /**
   * A uniform number in [0, 1), decided by the request's seed, `name` and `index` alone: the same name gives the same
   * number in the same request, whatever ran before. There is no hidden state, so no schedule can change it.
   */
  readonly random: (name: string, index?: number) => number;
  /**
   * Load shedding: `widthMax` scaled by the request's quality factor, never below `widthMin`.
   * Use it for the number of candidates to fetch, rank or price.
   */
  readonly width: (widthMax: number, widthMin: number) => number;
}
