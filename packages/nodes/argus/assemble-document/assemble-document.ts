import type { ServableDocument } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { vectorOfBytes } from "../../indexing/vector-bytes.ts";
import { type DocumentColumns, documentOf, missingIn } from "../shared/servable-document.ts";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { assembleDocumentContract } from "./assemble-document.contract.ts";

export const assembleDocument = node({
  ...assembleDocumentContract,
  run: ({ adPresence, documentGroups: groups, workItem }) => {
    // Nothing was derived yet: the first handler that writes a group wakes this one again.
    if (groups === null) return { assembledDocument: null };
    const adId = groups.key;
    const version = safeVersion(workItem.version);
    const sourceAtMs = newestSourceAtMs([groups]) ?? 0;
    const isThere = (adPresence?.columns.adGroupId ?? null) !== null;
    const columns = groups.columns as DocumentColumns;
    const missing = isThere ? missingIn(columns) : ["ad.adId"];
    if (missing.length > 0) {
      return { assembledDocument: { adId, version, document: null, missing, vector: null, sourceAtMs } };
    }
    const document: ServableDocument = documentOf(columns, { adId, version, updatedAtMs: sourceAtMs });
    const vector = columns.vector === null ? null : vectorOfBytes(columns.vector);
    return { assembledDocument: { adId, version, document, missing, vector, sourceAtMs } };
  },
});

/** A document's version is a number. Epochs from 2,048 on would not fit: the feed has been restored more often than that. */
function safeVersion(version: bigint): number {
  if (version <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(version);
  throw new RangeError(`version ${version} of the work item is above 2^53-1; take a lower epoch for the handlers`);
}
