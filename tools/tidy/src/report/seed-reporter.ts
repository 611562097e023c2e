import type { Reporter, Vitest } from "vitest/node";

/** Any fixed number does; this one is a date. */
const SEED_DEFAULT = 20261122;

/** The seed of a run's property tests. Throws for a text that is neither a whole number nor `random`. */
export function propertySeedOf(asked: string | undefined): number {
  if (asked === undefined) return SEED_DEFAULT;
  if (asked === "random") return Math.floor(Math.random() * 2 ** 31);
  const seed = Number(asked);
  if (asked.trim() === "" || !Number.isInteger(seed)) {
    throw new Error(`TENON_PROPERTY_SEED is "${asked}"; expected a whole number, or "random" to draw one`);
  }
  return seed;
}

/** Ends a run that was not drawn from the default seed with the setting that repeats it. */
export default class SeedReporter implements Reporter {
  #seed: number | undefined = SEED_DEFAULT;

  onInit(vitest: Vitest): void {
    this.#seed = vitest.config.provide.propertySeed;
  }

  onTestRunEnd(): void {
    if (this.#seed === SEED_DEFAULT) return;
    console.log(`Property tests drew from TENON_PROPERTY_SEED=${this.#seed}`);
  }
}
