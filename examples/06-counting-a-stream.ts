/** Lesson 6: a graph over a log, exactly once. Start it with `npx node examples/06-counting-a-stream.ts`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { topic } from "@tenon/event-log";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { graph, node, slot } from "@tenon/graph-core";
import { openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import {
  count,
  LateEvent,
  PostgresOperations,
  PostgresTaskStore,
  runTasks,
  sum,
  task,
  tumbling,
  windowResult,
} from "@tenon/stream-runtime";
import { z } from "zod";

// A topic is a typed stream of records: owned, partitioned by key, and clear about what happens to what it cannot read.
const facts = {
  owner: "team-ads",
  partitions: 2,
  class: "event",
  unreadable: "halt",
  retentionMs: 86_400_000,
} as const;
const ClickSchema = z.object({ adId: z.int(), priceMicros: z.int() });
const Clicks = topic("clicks", ClickSchema, { ...facts, purpose: "clicks on ads" });

// A task runs a graph for every record. This one lets clicks that cost something through, to be counted.
const Click = slot("click", ClickSchema, { owner: "team-ads" });
const PaidClick = slot("paidClick", z.nullable(ClickSchema), { owner: "team-ads", leaves: "outside" });
const keepPaid = node({
  owner: "team-ads",
  purpose: "lets clicks that cost something through",
  reads: [Click],
  writes: [PaidClick],
  run: ({ click }) => ({ paidClick: click.priceMicros > 0 ? click : null }),
});

// What is counted is data: the runtime folds it, stores it with the offset, and tells when a minute is complete.
const aggregates = { clicks: count(), spendMicros: sum("priceMicros") } as const;
const Minutes = topic("minutes", windowResult(aggregates), { ...facts, purpose: "clicks per ad and minute" });
const Late = topic("late-clicks", LateEvent, { ...facts, purpose: "clicks that came too late to be counted" });
const countClicks = task({
  name: "count-clicks",
  owner: "team-ads",
  purpose: "clicks and spend per ad and minute",
  source: Clicks,
  lane: "high",
  graph: graph({ name: "paid-clicks", owner: "team-ads", request: [Click], nodes: { keepPaid }, respond: [PaidClick] }),
  event: Click,
  window: tumbling({ sizesMs: [60_000], of: PaidClick, aggregates, results: Minutes, late: Late }),
});

// A real Postgres, in a folder: nothing to install. The log lives in it, too.
const dataFolder = mkdtempSync(join(tmpdir(), "tenon-lesson-"));
const postgres = await startEmbeddedPostgres({ dataFolder });
const database = await openDatabase({ url: postgres.url });
const log = await openEmbeddedLog({ database });
await log.createTopics([Clicks, Minutes, Late]);

const FROM_MS = Date.UTC(2026, 0, 1, 12);
const click = (adId: number, second: number, priceMicros: number) =>
  Clicks.record({ key: `ad-${adId}`, timeMs: FROM_MS + second * 1_000, value: { adId, priceMicros } });

/** Runs a worker until it has read everything. */
async function work(owner: string): Promise<void> {
  const store = new PostgresTaskStore({ database });
  const running = await runTasks({ tasks: [countClicks], log, store, owner });
  for (let isBehind = true; isBehind; await pause(20)) {
    const ends = await log.offsets("clicks");
    const status = await new PostgresOperations(database).status();
    isBehind = ends.some(
      ({ partition, end }) => (status.find((each) => each.partition === partition)?.next ?? 0) < end,
    );
  }
  await running.stop();
}

// Clicks come, a worker counts them and goes; more come, and another one goes on where the first had committed.
await log.append([click(1, 0, 500), click(2, 1, 300), click(1, 30, 500), click(1, 40, 0)]);
await work("worker-1");
await log.append([click(1, 59, 700), click(2, 61, 300), click(1, 300, 500), click(2, 300, 300)]);
await work("worker-2");

const rows = await database.query<{ line: string }>(
  `select concat(key, ' at ', to_char(to_timestamp(start_ms / 1000) at time zone 'utc', 'HH24:MI'), ': ', clicks, ' clicks, ',
      spend_micros, ' micros', case when revision < 0 then ', still open' else '' end) as line
    from stream_window_count_clicks order by start_ms, key`,
);
for (const { line } of rows) console.log(line);

await log.close();
await database.close();
await postgres.stop();
rmSync(dataFolder, { recursive: true });
