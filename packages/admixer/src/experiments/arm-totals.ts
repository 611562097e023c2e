/**
 * What each variant did, counted while it serves, and whether the split is the one that was asked for.
 *
 * T1 The sample ratio is tested over distinct units, not requests: a user's requests are not independent, and counting
 *    them would raise alarms about nothing (R. Kohavi et al., "Trustworthy Online Controlled Experiments", ch. 21).
 */

import { chiSquareTail } from "./chi-square.ts";
import type { Decision } from "./decide-arms.ts";
import { pointOf } from "./decide-arms.ts";
import type { Experiment, ExperimentLayers } from "./experiment-layers.ts";

/** Distinct units remembered per experiment; after that the split is judged by these. */
const UNITS_MAX = 100_000;
/** Below this chance the split is called broken. Small, because it is looked at all the time. */
const MISMATCH_BELOW = 0.0005;

export interface ArmOutcome {
  readonly adsShown: number;
  readonly clicksExpected: number;
  readonly revenueExpectedMicros: number;
}

export interface VariantReport extends ArmOutcome {
  readonly variant: string;
  readonly share: number;
  readonly requests: number;
  readonly units: number;
}

export interface ExperimentReport {
  readonly layer: string;
  readonly experiment: string;
  readonly variants: readonly VariantReport[];
  /** χ² of the units against the shares. */
  readonly chiSquare: number;
  /** How likely a split as uneven as this is by chance. */
  readonly chance: number;
  readonly sampleRatioMismatch: boolean;
}

class VariantTotals {
  requests = 0;
  units = 0;
  adsShown = 0;
  clicksExpected = 0;
  revenueExpectedMicros = 0;
}

class ExperimentTotals {
  readonly layer: string;
  readonly experiment: Experiment;
  readonly #variants: ReadonlyMap<string, VariantTotals>;
  /** Points of the units seen: 48 bits each, so that no user id is kept. */
  readonly #units = new Set<number>();

  constructor(layer: string, experiment: Experiment) {
    this.layer = layer;
    this.experiment = experiment;
    this.#variants = new Map(experiment.variants.map(({ name }) => [name, new VariantTotals()]));
  }

  count({ variant, unit }: Decision, outcome: ArmOutcome): void {
    const totals = this.#variants.get(variant.name);
    if (totals === undefined) return;
    totals.requests++;
    totals.adsShown += outcome.adsShown;
    totals.clicksExpected += outcome.clicksExpected;
    totals.revenueExpectedMicros += outcome.revenueExpectedMicros;
    if (this.#units.size >= UNITS_MAX) return;
    const before = this.#units.size;
    this.#units.add(pointOf("distinct units", unit));
    totals.units += this.#units.size - before;
  }

  report(): ExperimentReport {
    const units = this.#units.size;
    const variants = this.experiment.variants.map(({ name, share }): VariantReport => {
      const {
        requests,
        units: own,
        adsShown,
        clicksExpected,
        revenueExpectedMicros,
      } = this.#variants.get(name) ?? new VariantTotals();
      return { variant: name, share, requests, units: own, adsShown, clicksExpected, revenueExpectedMicros };
    });
    const chiSquare =
      units === 0
        ? 0
        : variants.reduce((sum, { share, units: own }) => sum + (own - units * share) ** 2 / (units * share), 0);
    const chance = chiSquareTail(chiSquare, variants.length - 1);
    return {
      layer: this.layer,
      experiment: this.experiment.name,
      variants,
      chiSquare,
      chance,
      sampleRatioMismatch: chance < MISMATCH_BELOW,
    };
  }
}

export class ArmTotals {
  readonly #experiments: ReadonlyMap<string, ExperimentTotals>;

  constructor(layers: ExperimentLayers) {
    this.#experiments = new Map(
      layers.flatMap((layer) =>
        layer.experiments.map((experiment) => [experiment.name, new ExperimentTotals(layer.name, experiment)] as const),
      ),
    );
  }

  count(decisions: readonly Decision[], outcome: ArmOutcome): void {
    for (const decision of decisions) this.#experiments.get(decision.experiment.name)?.count(decision, outcome);
  }

  report(): readonly ExperimentReport[] {
    return [...this.#experiments.values()].map((totals) => totals.report());
  }
}
