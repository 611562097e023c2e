/** kafkajs's decoded fetch as batches. It gives one list of records, each of which knows its batch. */
import type { FetchAnswer, FetchedRecord, WireBatch } from "./wire.ts";

export interface FetchedPartition {
  readonly partition: number;
  readonly abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
  readonly messages: readonly FetchedMessage[];
}

interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>;
  readonly batchContext?: BatchContext;
}

interface BatchContext {
  readonly firstOffset: string;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
}

export function kafkajsBatches(
  topic: string,
  { partition, abortedTransactions, messages }: FetchedPartition,
): FetchAnswer {
  const batches: (WireBatch & { readonly records: FetchedRecord[] })[] = [];
  let context: BatchContext | undefined;
  let records: FetchedRecord[] = [];
  for (const message of messages) {
    // Records of one batch share one context object; records of the formats before batches have none.
    if (batches.length === 0 || message.batchContext === undefined || message.batchContext !== context) {
      context = message.batchContext;
      const batch = batchOf(context, Number(message.offset));
      batches.push(batch);
      records = batch.records;
    }
    records.push(toRecord(message));
  }
  const aborted = (abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
    producerId: BigInt(producerId),
    firstOffset: Number(firstOffset),
  }));
  return { topic, partition, kafkaCode: 0, batches, aborted };
}

function batchOf(context: BatchContext | undefined, offset: number): WireBatch & { readonly records: FetchedRecord[] } {
  if (context === undefined)
    return {
      firstOffset: offset,
      lastOffset: offset,
      producerId: -1n,
      transactional: false,
      control: false,
      records: [],
    };
  const firstOffset = Number(context.firstOffset);
  return {
    firstOffset,
    lastOffset: firstOffset + context.lastOffsetDelta,
    producerId: BigInt(context.producerId),
    transactional: context.inTransaction,
    control: context.isControlBatch,
    records: [],
  };
}

function toRecord({ offset, timestamp, key, value, headers }: FetchedMessage): FetchedRecord {
  const named: [string, Uint8Array][] = [];
  for (const name of headers === undefined ? [] : Object.keys(headers)) {
    const found = headers?.[name];
    // Of a header given several times the last counts, as with other readers of a map.
    const bytes = Array.isArray(found) ? (found.at(-1) as Buffer | undefined) : (found as Buffer | undefined);
    named.push([name, bytes ?? new Uint8Array(0)]);
  }
  return { offset: Number(offset), timestampMs: Number(timestamp), key, value, headers: named };
}
