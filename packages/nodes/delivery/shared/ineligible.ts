import type { DropReason } from "@tenon/ads-model";
import { type CandidateBatch, type DictionaryColumn, type Drop, drop, type Verdict } from "@tenon/graph-core";

type Judged = CandidateBatch<{ readonly eligibility: DictionaryColumn }>;

/** Verdicts by the index's own answer, for the reasons that one filter answers for; other reasons are another filter's. */
export function indexVerdict(ads: Judged, reasons: readonly DropReason[]): Verdict {
  const eligibility = ads.column("eligibility");
  // By code: a text is compared once per word, not once per candidate.
  const drops = eligibility.dictionary.words.map((word): Drop | undefined =>
    (reasons as readonly string[]).includes(word) ? drop(word, "eligible", word) : undefined,
  );
  return (row) => drops[eligibility.codeAt(row)];
}
