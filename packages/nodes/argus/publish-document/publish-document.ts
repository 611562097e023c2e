import { node } from "@tenon/graph-core";
import { publishDocumentContract } from "./publish-document.contract.ts";

export const publishDocument = node({
  ...publishDocumentContract,
  run: ({ assembledDocument: assembled }) => {
    if (assembled === null) return { indexDeltaMessages: [] };
    const { adId, version, document, vector, sourceAtMs, class: dataClass } = assembled;
    // An ad that is gone, or not whole any more, must not serve what it was.
    const value =
      document === null
        ? ({ kind: "delete", adId, version, sourceAtMs, class: dataClass } as const)
        : ({ kind: "upsert", document, vector, sourceAtMs, class: dataClass } as const);
    return { indexDeltaMessages: [{ key: String(adId), timeMs: sourceAtMs, value }] };
  },
});
