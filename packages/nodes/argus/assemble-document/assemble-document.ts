import type { ServableDocument } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { AdDocumentRow } from "../../indexing/document-row.ts";
import { type DataClass, SOURCE_TIME_UNKNOWN } from "../../indexing/topics.ts";
import { vectorOfBytes } from "../../indexing/vector-bytes.ts";
import { type DocumentColumns, documentOf, missingIn } from "../shared/servable-document.ts";
import { newestSource } from "../shared/source-time.ts";
import { assembleDocumentContract } from "./assemble-document.contract.ts";

export const assembleDocument = node({
  ...assembleDocumentContract,
  run: ({ adPresence, documentGroups: groups, workItem }) => {
    const isThere = (adPresence?.columns.adGroupId ?? null) !== null;
    // Nothing was derived yet: the first handler that writes a group wakes this one again. An ad that is gone before that is told
    // like any other: a base may hold it, derived from rows that were there before the first run was.
    if (groups === null && isThere) return { assembledDocument: null };
    const row = {
      adId: workItem.key as number,
      version: safeVersion(workItem.version),
      hasRow: groups !== null,
    };
    const newest = newestSource([groups]);
    const sourceAtMs = newest?.atMs ?? SOURCE_TIME_UNKNOWN;
    const columns = groups?.columns as DocumentColumns;
    const missing = isThere ? missingIn(columns) : ["ad.adId"];
    if (missing.length > 0) {
      // That an ad is not to be served is control data, whatever it lacks.
      const told = { document: null, missing, vector: null, sourceAtMs, class: "control" } as const;
      return { assembledDocument: { ...row, ...told } };
    }
    const document: ServableDocument = documentOf(columns, {
      adId: row.adId,
      version: row.version,
      updatedAtMs: sourceAtMs,
    });
    const vector = columns.vector === null ? null : vectorOfBytes(columns.vector);
    const told = { document, missing, vector, sourceAtMs, class: classOf(newest?.column) };
    return { assembledDocument: { ...row, ...told } };
  },
});

/** Columns with source times → the class of their group. */
const CLASSES: ReadonlyMap<string, DataClass> = new Map(
  AdDocumentRow.columns.map(({ name, group }) => [
    name,
    AdDocumentRow.groups.find((each) => each.name === group)?.class as DataClass,
  ]),
);

/** Of the newest change that went into a document: for how late it is, which nobody asks of all that is older. */
function classOf(column: string | undefined): DataClass {
  return CLASSES.get(column ?? "") ?? "control";
}

/** A document's version is a number. Epochs from 2,048 on would not fit: the feed has been restored more often than that. */
function safeVersion(version: bigint): number {
  if (version <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(version);
  throw new RangeError(`version ${version} of the work item is above 2^53-1; take a lower epoch for the handlers`);
}
