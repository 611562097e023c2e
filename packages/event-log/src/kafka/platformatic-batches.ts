/** @platformatic/kafka's decoded fetch as batches. */
import type { fetchV12, RecordsBatch } from "@platformatic/kafka";
import type { FetchAnswer, FetchedRecord, WireBatch } from "./wire.ts";

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const LOG_APPEND_TIME = 0x08;

export function platformaticBatches(topic: string, partition: fetchV12.FetchResponsePartition): FetchAnswer {
  const aborted = (partition.abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
    producerId,
    firstOffset: Number(firstOffset),
  }));
  const { partitionIndex, errorCode } = partition;
  return {
    topic,
    partition: partitionIndex,
    kafkaCode: errorCode,
    batches: (partition.records ?? []).map(toBatch),
    aborted,
  };
}

function toBatch(batch: RecordsBatch): WireBatch {
  const firstOffset = Number(batch.firstOffset);
  return {
    firstOffset,
    lastOffset: firstOffset + batch.lastOffsetDelta,
    producerId: batch.producerId,
    transactional: (batch.attributes & TRANSACTIONAL) !== 0,
    control: (batch.attributes & CONTROL) !== 0,
    records: batch.records.map((record): FetchedRecord => {
      // Of a header given several times the last counts.
      const headers = record.headers.map(([name, value]) => [String(name ?? ""), value ?? new Uint8Array(0)] as const);
      return {
        offset: firstOffset + record.offsetDelta,
        timestampMs: Number(
          (batch.attributes & LOG_APPEND_TIME) !== 0
            ? batch.maxTimestamp
            : batch.firstTimestamp + record.timestampDelta,
        ),
        ...{ key: record.key, value: record.value, headers },
      };
    }),
  };
}
