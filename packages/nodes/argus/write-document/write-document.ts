import { node } from "@tenon/graph-core";
import { digestOf } from "../shared/servable-document.ts";
import { writeDocumentContract } from "./write-document.contract.ts";

export const writeDocument = node({
  ...writeDocumentContract,
  run: ({ assembledDocument: assembled, workItem: { version } }) => {
    if (assembled === null || !assembled.hasRow) return { servableWrites: {} };
    const { adId: key, document, missing, sourceAtMs } = assembled;
    const columns = {
      document,
      documentDigest: document === null ? null : digestOf(document),
      isServable: document !== null,
      missing,
      servableSourceAtMs: sourceAtMs,
    };
    return { servableWrites: { ad_document: { groups: { servable: [{ key, version, columns }] } } } };
  },
});
