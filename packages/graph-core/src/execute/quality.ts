/**
 * Load shedding: a factor in [qualityMin, 1] that scales width parameters (`context.width`).
 *
 * Rule: a request faster than the target raises the quality by `step`, a slower one lowers it by
 * `step × p / (100 − p)`, so that it settles where the p-th percentile of latency meets the target
 * (the quality factor of X's Product Mixer).
 */
import { wrongOption } from "./option-errors.ts";

export interface QualityOptions {
  /** Latency the percentile should meet, ms. */
  readonly targetMs: number;
  /** Percentile in (0, 100), e.g. 99. */
  readonly percentile: number;
  /** Lowest quality, > 0. */
  readonly qualityMin: number;
  /** Rise per fast request; default 0.001. */
  readonly step?: number;
}

function requireSound({ targetMs, percentile, qualityMin, step = 0.001 }: QualityOptions): void {
  const refuse = (name: string, expected: string, found: unknown): never => {
    throw wrongOption({ graphName: undefined, call: "QualityController", name, expected, found });
  };
  if (!(targetMs > 0)) refuse("targetMs", "milliseconds above 0", targetMs);
  if (!(percentile > 0 && percentile < 100)) refuse("percentile", "above 0, below 100", percentile);
  if (!(qualityMin > 0 && qualityMin <= 1)) refuse("qualityMin", "above 0, at most 1", qualityMin);
  if (!(step > 0 && step <= 1)) refuse("step", "above 0, at most 1", step);
}

export class QualityController {
  readonly #options: QualityOptions;
  readonly #rise: number;
  readonly #fall: number;
  #quality = 1;

  /** @throws GraphError TENON1214 for options out of range */
  constructor(options: QualityOptions) {
    requireSound(options);
    this.#options = options;
    this.#rise = options.step ?? 0.001;
    this.#fall = (this.#rise * options.percentile) / (100 - options.percentile);
  }

  get quality(): number {
    return this.#quality;
  }

  observe(latencyMs: number): void {
    const moved = latencyMs <= this.#options.targetMs ? this.#quality + this.#rise : this.#quality - this.#fall;
    this.#quality = Math.min(1, Math.max(this.#options.qualityMin, moved));
  }
}
