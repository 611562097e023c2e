/**
 * Sizes of batches by themselves: large while a backlog lasts, small afterwards, when what counts is how long an event waits
 * from its append to its commit.
 */
import { median } from "../harness/interleave.ts";
import { atLeast, atMost, type Part, rounded } from "../harness/report.ts";
import { PARTITIONS, SpendEvents, spendRecords } from "./job.ts";
import { PreloadedLog } from "./preloaded-log.ts";
import { openRuntime, untilCounted } from "./runtime.ts";
import { percentile, startServer } from "./server.ts";

export interface PaceAmounts {
  readonly backlog: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** A batch is flushed after so long at most, ms. */
const LATENCY_MAX_MS = 50;
/** What a backlog makes of the 500 records that a batch begins with. */
const BACKLOG_BATCH_MIN = 5_000;
/** Before latencies count: the last batches of the backlog are out. */
const SETTLE_MS = 300;

export async function pace({ backlog, perSecond, seconds }: PaceAmounts): Promise<Part> {
  const server = await startServer();
  try {
    const all = backlog + perSecond * seconds;
    const log = new PreloadedLog(SpendEvents.name, PARTITIONS, spendRecords(0, backlog, all));
    const runtime = await openRuntime({ log, url: await server.emptyDatabase() });
    const next = Array.from({ length: PARTITIONS }, () => 0);
    const appendedAt: number[][] = Array.from({ length: PARTITIONS }, () => []);
    const latencies: number[] = [];
    let batches: number[] = [];
    log.onReport((partition, nextOffset) => {
      const nowMs = performance.now();
      const times = appendedAt[partition] as number[];
      batches.push(nextOffset - (next[partition] as number));
      for (let offset = next[partition] as number; offset < nextOffset; offset++) {
        const atMs = times[offset];
        if (atMs !== undefined) latencies.push(nowMs - atMs);
      }
      next[partition] = nextOffset;
    });
    const startedMs = performance.now();
    const running = await runtime.start();
    await untilCounted(running, backlog);
    const caughtUpMs = performance.now() - startedMs;
    await pause(SETTLE_MS);
    const underBacklog = batches;
    batches = [];
    await appendPaced({ log, perSecond, seconds, from: backlog, all, appendedAt });
    await untilCounted(running, all);
    await running.stop();
    await runtime.close();
    const ascending = latencies.toSorted((a, b) => a - b);
    const p99Ms = percentile(ascending, 0.99);
    return {
      goals: [
        atLeast(
          "batch.backlog",
          "largest batch while a backlog lasts, records",
          Math.max(...underBacklog),
          BACKLOG_BATCH_MIN,
        ),
        atMost("batch.latency", `append to commit p99 at ${perSecond} events/s, ms`, p99Ms, LATENCY_MAX_MS),
      ],
      rows: [
        {
          workload: "batches under a backlog",
          backlog,
          eventsPerSecond: rounded((backlog * 1_000) / caughtUpMs),
          batches: underBacklog.length,
          medianRecords: median(underBacklog),
          mostRecords: Math.max(...underBacklog),
        },
        {
          workload: "batches without one",
          eventsPerSecond: perSecond,
          batches: batches.length,
          medianRecords: median(batches),
          mostRecords: Math.max(...batches),
          p50Ms: rounded(percentile(ascending, 0.5)),
          p99Ms: rounded(p99Ms),
          mostMs: rounded(ascending.at(-1) as number),
        },
      ],
    };
  } finally {
    await server.stop();
  }
}

interface Paced extends Omit<PaceAmounts, "backlog"> {
  readonly log: PreloadedLog;
  readonly from: number;
  readonly all: number;
  /** Filled: by partition and offset, when it was appended. */
  readonly appendedAt: readonly number[][];
}

/** What is due is appended every millisecond or so. */
async function appendPaced({ log, perSecond, seconds, from, all, appendedAt }: Paced): Promise<void> {
  const total = perSecond * seconds;
  const records = spendRecords(from, from + total, all);
  const startedMs = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) * perSecond) / 1_000));
    if (due > sent) {
      const nowMs = performance.now();
      for (const { partition, offset } of await log.append(records.slice(sent, due)))
        (appendedAt[partition] as number[])[offset] = nowMs;
      sent = due;
    }
    await pause(1);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
