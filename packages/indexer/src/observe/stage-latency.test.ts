import type { EventLog, NewRecord } from "@tenon/event-log/api";
import { VirtualClock } from "@tenon/event-log/simulation";
import { metricsTextOf } from "@tenon/http-host";
import { ContentSignals, DroppedUpdates, IndexDeltas, RejectedUpdates, SourceChanges } from "@tenon/nodes";
import { expect, test } from "vitest";
import { StageLatency } from "./stage-latency.ts";

const NOW_MS = 1_000_000;

function world(append: EventLog["append"] = async () => []) {
  const latency = new StageLatency(new VirtualClock(NOW_MS));
  const log = latency.measured({ binding: "simulation", append } as unknown as EventLog);
  return { latency, log, text: () => metricsTextOf(latency.families()) };
}

const record = (topic: string, agoMs: number) => ({ topic, timeMs: NOW_MS - agoMs }) as NewRecord;

test("what is appended counts with the age of its source, by stage; a clock that is ahead counts as zero", async () => {
  const { log, text } = world();
  await log.append([record(SourceChanges.name, 300), record(IndexDeltas.name, 4_000), record(IndexDeltas.name, -500)]);
  expect(text()).toContain('tenon_index_stage_latency_seconds_bucket{stage="log",le="0.2"} 0');
  expect(text()).toContain('tenon_index_stage_latency_seconds_bucket{stage="log",le="0.5"} 1');
  expect(text()).toContain('tenon_index_stage_latency_seconds_sum{stage="deltas"} 4');
  expect(text()).toContain('tenon_index_stage_latency_seconds_count{stage="deltas"} 2');
});

test("what has no source time is of no age", async () => {
  const { log, text } = world();
  await log.append([record(IndexDeltas.name, NOW_MS), record(IndexDeltas.name, NOW_MS - 1)]);
  expect(text()).toContain('tenon_index_stage_latency_seconds_count{stage="deltas"} 1');
});

test("what the log did not take does not count, nor what is no stage's", async () => {
  const { log, text } = world(() => Promise.reject(new Error("away")));
  await expect(log.append([record(IndexDeltas.name, 1)])).rejects.toThrow("away");
  const other = world();
  await other.log.append([record(ContentSignals.name, 1)]);
  for (const each of [text(), other.text()]) expect(each).not.toContain("stage_latency");
});

test("drops count by reason: rejected, on command, and writes that were older or there already", async () => {
  const { latency, log, text } = world();
  await log.append([record(RejectedUpdates.name, 1), record(DroppedUpdates.name, 1), record(DroppedUpdates.name, 1)]);
  const result = { changes: [], stale: 3, repeated: 2, conflicts: [{}] };
  const repo = latency.measuredWrites({ write: async () => result as never });
  const columns = { campaignId: 1, budgetSourceAtMs: NOW_MS - 1_500 };
  const group = [{ key: 1, version: 1n, columns }];
  await repo.write(undefined as never, { campaign: { groups: { budget: group } } } as never);
  for (const line of [
    'tenon_index_dropped_total{reason="rejected"} 1',
    'tenon_index_dropped_total{reason="onCommand"} 2',
    'tenon_index_dropped_total{reason="stale"} 3',
    'tenon_index_dropped_total{reason="repeated"} 2',
    'tenon_index_dropped_total{reason="conflict"} 1',
    'tenon_index_stage_latency_seconds_sum{stage="rows"} 1.5',
  ])
    expect(text()).toContain(line);
});
