import type { HostClock } from "@tenon/graph-core";
import type { TopicPartition } from "../api/event-log.ts";
import { backOff } from "./back-off.ts";
import { isKafkaError, isStaleMetadata, WireError } from "./kafka-errors.ts";
import type { Leaders } from "./leaders.ts";
import type { KafkaWire, WireRecord } from "./wire.ts";

/** Bytes of one batch: brokers take 1 MiB by default, and a record of the largest size must fit. */
export const BATCH_BYTES_MAX = 1_000_000;
/** Attempts for a batch of which nothing was written: leader moved, no connection, too few copies. With back-off, some 10 s. */
const ATTEMPTS_MAX = 10;

/** Writes one batch. It is sent again only when it surely was not written: nobody but the caller writes twice (L2). */
export async function produceBatch(
  { wire, leaders, clock }: { readonly wire: KafkaWire; readonly leaders: Leaders; readonly clock: HostClock },
  at: TopicPartition,
  records: readonly WireRecord[],
  wanted: () => boolean,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await wire.produce(await leaders.of(at), at, records);
    } catch (error) {
      const unwritten =
        isStaleMetadata(error) ||
        isKafkaError(error, "notEnoughReplicas") ||
        (error instanceof WireError && error.unsent);
      leaders.forget(at.topic);
      if (!unwritten || !wanted() || attempt >= ATTEMPTS_MAX) throw error;
      await backOff(clock, attempt);
    }
  }
}
