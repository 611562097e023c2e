import { atLeast, type Gate, percent } from "./gate.ts";

export interface RecallGateOptions {
  /** Mean share of the exact answers that the build's own search finds, on queries that were not used to tune it. */
  readonly measure: () => Promise<{ readonly recall: number; readonly queries: number }>;
  /** Default 0.99. */
  readonly recallMin?: number;
}

/** Whoever knows how the base is searched measures it; this judges. */
export function recallGate({ measure, recallMin = 0.99 }: RecallGateOptions): Gate {
  return async () => {
    const { recall, queries } = await measure();
    const detail = `recall ${percent(recall)} over ${queries} queries, at least ${percent(recallMin)} is wanted`;
    // Without queries nothing was measured.
    return [atLeast("recall", queries === 0 ? 0 : recall, recallMin, detail)];
  };
}
