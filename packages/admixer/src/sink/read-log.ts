/** Reads back what a host appended: for replay, training and audits. */
import { readFileSync } from "node:fs";
import type { FeatureSchema, ValueOf } from "@tenon/graph-core";
import { compiledSlot, decodeValue } from "@tenon/graph-core/internal";
import { FeatureLogRecord, InsertionEvents } from "@tenon/nodes";
import { hostError } from "../host/host-error.ts";
import { type LogRecord, RecordKind } from "./append-sink.ts";
import { segmentsOf } from "./log-folder.ts";
import { decodeSegment, type SegmentHeader } from "./segment-format.ts";
import { type AdEventRecord, type RunFacts, splitServed } from "./served-record.ts";

export interface ReadSegment {
  readonly name: string;
  readonly header: SegmentHeader;
  readonly records: readonly LogRecord[];
  readonly tornBytes: number;
}

/**
 * Segments of a folder, oldest first, read one at a time.
 *
 * @throws GraphError TENON1620 for a damaged segment; TENON1621 for a file of another format
 */
export function* readLog(folder: string): Generator<ReadSegment> {
  for (const { path, name } of segmentsOf(folder)) {
    const { header, records, tornBytes } = decodeSegment(readFileSync(path), name);
    yield { name, header, records, tornBytes };
  }
}

export type ServedRecord =
  | { readonly kind: "featureLog"; readonly facts: RunFacts; readonly record: ValueOf<typeof FeatureLogRecord> }
  | { readonly kind: "insertionEvents"; readonly facts: RunFacts; readonly events: ValueOf<typeof InsertionEvents> }
  | { readonly kind: "adEvent"; readonly event: AdEventRecord };

/**
 * The value of a record.
 *
 * @throws GraphError TENON1621 when the segment was written with another shape of the record
 */
export function decodeRecord({ kind, payload }: LogRecord, header: SegmentHeader): ServedRecord {
  if (kind === RecordKind.adEvent) return { kind: "adEvent", event: decodeValue(payload) as AdEventRecord };
  const slot = kind === RecordKind.featureLog ? FeatureLogRecord : InsertionEvents;
  const { fingerprint, decode } = compiledSlot(slot);
  if (header.slots[slot.name] !== fingerprint) {
    throw hostError("foreignSegment", {
      message: `a record "${slot.name}" was written with another schema`,
      detail: `expected fingerprint ${fingerprint}, found ${header.slots[slot.name] ?? "none"}`,
      hint: `check out the code that wrote it (plan ${header.planHash.slice(0, 16)}) to read it`,
    });
  }
  const { facts, slotBytes } = splitServed(payload);
  return kind === RecordKind.featureLog
    ? { kind: "featureLog", facts, record: decode(slotBytes) as ValueOf<typeof FeatureLogRecord> }
    : { kind: "insertionEvents", facts, events: decode(slotBytes) as ValueOf<typeof InsertionEvents> };
}

/** Fingerprints by name, for a header. */
export function schemaFingerprints(schemas: readonly FeatureSchema[]): Readonly<Record<string, string>> {
  return Object.fromEntries(schemas.map(({ name, fingerprint }) => [name, fingerprint]));
}
