import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveRelevanceContract } from "./derive-relevance.contract.ts";

export const deriveRelevance = node({
  ...deriveRelevanceContract,
  run: ({ adKeywords, creativeAnnotations, workItem: { version } }) => {
    const keywords = adKeywords?.columns.keywords ?? null;
    if (adKeywords === null || keywords === null) return { relevanceWrites: {} };
    const { terms = null, language = null, confidence = null } = creativeAnnotations?.columns ?? {};
    const isKnown = terms !== null && language !== null && confidence !== null;
    const columns = {
      keywords,
      // A word that the advertiser gave needs no finding.
      annotations: isKnown ? { terms: terms.filter((term) => !keywords.includes(term)), language, confidence } : null,
      relevanceSourceAtMs: newestSourceAtMs([adKeywords, creativeAnnotations]),
    };
    const { key } = adKeywords;
    return { relevanceWrites: { ad_document: { groups: { relevance: [{ key, version, columns }] } } } };
  },
});
