import type { SourceFacts } from "./sources.ts";

/** What the sources say about how well known an organisation is. Neither turnover nor traffic is in them. */
export interface PopularityEvidence {
  /** Entries in the index: kinds of places the organisation runs. */
  readonly entries: number;
  /** Countries it is in; the world counts as all. */
  readonly countries: number;
  /** Languages its name is recorded in. */
  readonly nameLanguages: number;
  readonly facts: SourceFacts | undefined;
}

const LARGEST_EVIDENCE = 24;

/**
 * A proxy, 0 to 255: the sum of the logarithms of the evidence, so that each doubling counts the same, scaled so that the best
 * known brands reach the top. It orders McDonald's before a county's bus operator; it is not a measurement.
 */
export function popularityOf({ entries, countries, nameLanguages, facts }: PopularityEvidence): number {
  const accounts = Object.keys(facts?.identities ?? {}).length;
  const evidence =
    Math.log2(1 + entries) + Math.log2(1 + countries) + Math.log2(1 + nameLanguages) + 2 * Math.log2(1 + accounts);
  return Math.min(255, Math.round((255 * evidence) / LARGEST_EVIDENCE));
}
