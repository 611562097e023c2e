/** Records of `index-deltas` as changes of the index. What cannot be used is named, and stops nothing else. */
import type { DocumentDelete, DocumentUpsert, IndexChanges } from "@tenon/ad-index";
import { adId } from "@tenon/ads-model";
import type { LogRecord } from "@tenon/event-log/api";
import type { GraphError } from "@tenon/graph-core";
import { IndexDeltas } from "@tenon/nodes";
import { hostError } from "../host/host-error.ts";
import type { FreshnessClass } from "./freshness.ts";

/** One delta that can be applied. */
export interface Delta {
  readonly adId: number;
  readonly version: number;
  readonly offset: number;
  readonly key: string;
  readonly sourceAtMs: number;
  /** Of the newest change in it. */
  readonly class: FreshnessClass;
  readonly change: { readonly upsert: DocumentUpsert } | { readonly delete: DocumentDelete };
}

export interface DeltaBatch {
  readonly deltas: readonly Delta[];
  readonly rejected: readonly {
    readonly record: LogRecord;
    readonly adId: number | null;
    readonly error: GraphError;
  }[];
}

/** @param embeddingVersion the space of the index's vectors */
export function readDeltas(records: readonly LogRecord[], embeddingVersion: string): DeltaBatch {
  const deltas: Delta[] = [];
  const rejected: { record: LogRecord; adId: number | null; error: GraphError }[] = [];
  for (const record of records) {
    const decoded = IndexDeltas.decode(record);
    if ("unreadable" in decoded) {
      rejected.push({ record, adId: adOfKey(record.key), error: unreadableRecord(record, decoded.unreadable) });
      continue;
    }
    const { value } = decoded;
    const { sourceAtMs, class: dataClass = "content" } = value;
    const at = { offset: record.offset, key: record.key, sourceAtMs, class: dataClass };
    if (value.kind === "delete") {
      const { version } = value;
      const change = { delete: { adId: adId(value.adId), version } };
      deltas.push({ ...at, adId: value.adId, version, change });
      continue;
    }
    const { ad: document } = value.document;
    const space = document.embedding.version;
    if (value.vector !== null && space !== embeddingVersion) {
      rejected.push({ record, adId: document.adId, error: foreignVector(document.adId, space, embeddingVersion) });
      continue;
    }
    const change = { upsert: { document, ...(value.vector !== null && { vector: value.vector }) } };
    deltas.push({ ...at, adId: document.adId, version: document.version, change });
  }
  return { deltas, rejected };
}

/**
 * The position of a batch is the offset after its last record: `position > watermark` then holds exactly for batches with a
 * record that a base of that watermark lacks, for such a base holds the offsets below its watermark and no others.
 */
export function changesOf(deltas: readonly Delta[], position: number): IndexChanges {
  const upserts: DocumentUpsert[] = [];
  const deletes: DocumentDelete[] = [];
  for (const { change } of deltas) {
    if ("upsert" in change) upserts.push(change.upsert);
    else deletes.push(change.delete);
  }
  return { position, upserts, deletes };
}

export function unreadableRecord(
  { topic, partition, offset }: LogRecord,
  { reason, detail }: { readonly reason: string; readonly detail: string },
): GraphError {
  return hostError("unreadableRecord", {
    message: `record ${topic}/${partition}@${offset} cannot be read`,
    detail: `${reason}: ${detail}`,
    hint: "the ad or campaign stays as it was; mend the writer, which then has to send it again",
  });
}

function foreignVector(ad: number, found: string, expected: string): GraphError {
  return hostError("foreignVector", {
    message: `the vector of ad ${ad} is of embedding "${found}", the index of "${expected}"`,
    detail: `expected embedding version "${expected}", found "${found}"; the ad stays as it was`,
    hint: "publish a base of the new embedding and roll it out together with what embeds requests",
  });
}

function adOfKey(key: string): number | null {
  const id = Number(key);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
