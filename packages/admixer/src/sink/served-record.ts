/** What one answered request leaves behind: the graph's log slots, and beside them what only the host knows. */
import type { AnySlot } from "@tenon/graph-core";
import { ByteWriter, compiledSlot, decodeValue, encodeValue } from "@tenon/graph-core/internal";
import { type LogRecord, RecordKind, type RecordKindCode } from "./append-sink.ts";

/** The host's part of a served record. */
export interface RunFacts {
  readonly requestId: string;
  /** 32-bit seed of the request's draws. */
  readonly seed: number;
  readonly quality: number;
  /** Names of the nodes that were switched off. */
  readonly switchedOff: readonly string[];
  /** How many candidates were dropped for each reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Candidates that entered the first filter. */
  readonly entered: number;
}

/** An impression or click as it was reported. Whose it was is told by the insertion, not here: no user id is logged. */
export interface AdEventRecord {
  readonly eventId: string;
  readonly kind: "impression" | "click";
  readonly insertionId: string;
  readonly atMs: number;
  readonly chargedMicros: number;
}

const LENGTH_BYTES = 4;

/** Payload: u32 length of the facts | facts | the slot's canonical bytes. */
export function servedRecord(kind: RecordKindCode, factBytes: Uint8Array, slot: AnySlot, value: unknown): LogRecord {
  const out = new ByteWriter();
  compiledSlot(slot).encode(value, out);
  const slotBytes = out.view();
  const payload = Buffer.allocUnsafe(LENGTH_BYTES + factBytes.length + slotBytes.length);
  payload.writeUInt32LE(factBytes.length, 0);
  payload.set(factBytes, LENGTH_BYTES);
  payload.set(slotBytes, LENGTH_BYTES + factBytes.length);
  return { kind, payload };
}

export function encodeFacts(facts: RunFacts): Uint8Array {
  return encodeValue(facts);
}

export function splitServed(payload: Uint8Array): { readonly facts: RunFacts; readonly slotBytes: Uint8Array } {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const end = LENGTH_BYTES + bytes.readUInt32LE(0);
  return { facts: decodeValue(bytes.subarray(LENGTH_BYTES, end)) as RunFacts, slotBytes: bytes.subarray(end) };
}

export function adEventRecord(event: AdEventRecord): LogRecord {
  return { kind: RecordKind.adEvent, payload: encodeValue(event) };
}
