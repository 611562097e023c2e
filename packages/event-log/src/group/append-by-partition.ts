import type { AppendedAt, NewRecord, TopicPartition } from "../api/event-log.ts";
import type { AppendLane } from "./append-lane.ts";
import { keyOf } from "./held-partitions.ts";

type Lane = Pick<AppendLane<never>, "append" | "refuseFull">;

/** Records of one call → their partitions' lanes, and their offsets in the order of the call. */
export async function appendByPartition(
  records: readonly NewRecord[],
  laneOf: (at: TopicPartition) => Promise<Lane>,
): Promise<readonly AppendedAt[]> {
  const byPartition = Map.groupBy(records.keys(), (place) => keyOf(records[place] as NewRecord));
  const lanes: { readonly own: readonly number[]; readonly lane: Lane }[] = [];
  for (const own of byPartition.values())
    lanes.push({ own, lane: await laneOf(records[own[0] as number] as NewRecord) });
  for (const { lane } of lanes) lane.refuseFull();
  const offsets: number[] = [];
  // All have ended before one's error is told: afterwards nothing of this call is written any more.
  const outcomes = await Promise.allSettled(
    lanes.map(async ({ own, lane }) => {
      const appended = await lane.append(own.map((place) => records[place] as NewRecord));
      own.forEach((place, at) => {
        offsets[place] = appended[at] as number;
      });
    }),
  );
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return records.map(({ topic, partition }, place) => ({ topic, partition, offset: offsets[place] as number }));
}
