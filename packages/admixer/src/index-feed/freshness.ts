/** How old changes were when requests could see them: source time to applied, by class, over the last minutes. */
import { SOURCE_TIME_UNKNOWN } from "@tenon/nodes";

/**
 * What a change is of. `control`: what came by the short cut (budgets, pauses), and documents whose newest change is control data.
 * `content`: documents whose newest change is content, and those of records that do not say.
 */
export const FRESHNESS_CLASSES = ["control", "content"] as const;
export type FreshnessClass = (typeof FRESHNESS_CLASSES)[number];

/** Changes that are remembered, the latest; and for how long, ms. */
const SAMPLES_MAX = 4_096;
const WINDOW_MS = 5 * 60_000;

export interface FreshnessReport {
  /** Changes of the last five minutes that the percentiles are of, at most 4,096. */
  readonly samples: number;
  /** ms from the source's change to requests seeing it; null without samples. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Age of the newest source change that was applied, ms; null before the first. Grows while nothing changes: see the lag. */
  readonly stalenessMs: number | null;
}

export class Freshness {
  readonly #nowMs: () => number;
  readonly #ages = new Float64Array(SAMPLES_MAX);
  readonly #appliedAtMs = new Float64Array(SAMPLES_MAX).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #newestSourceAtMs: number | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A change was applied. `isNews` false: it was old before this host began, which says nothing about the pipeline. */
  applied(sourceAtMs: number, isNews: boolean): void {
    if (sourceAtMs === SOURCE_TIME_UNKNOWN) return;
    this.#newestSourceAtMs = Math.max(sourceAtMs, this.#newestSourceAtMs ?? 0);
    if (!isNews) return;
    const place = this.#next++ % SAMPLES_MAX;
    const nowMs = this.#nowMs();
    // Clocks of two machines differ: never below 0.
    this.#ages[place] = Math.max(0, nowMs - sourceAtMs);
    this.#appliedAtMs[place] = nowMs;
  }

  report(): FreshnessReport {
    const nowMs = this.#nowMs();
    const ages = this.#ages.filter((_, place) => nowMs - (this.#appliedAtMs[place] as number) < WINDOW_MS).sort();
    const at = (share: number) => ages[Math.max(0, Math.ceil(share * ages.length) - 1)] ?? null;
    const newest = this.#newestSourceAtMs;
    return {
      samples: ages.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      stalenessMs: newest === undefined ? null : Math.max(0, nowMs - newest),
    };
  }
}
