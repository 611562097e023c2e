import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, expect, test } from "vitest";
import type { BatchCommit } from "../task-store.ts";
import { CommitStatements } from "./commit-statement.ts";
import { PostgresTaskStore } from "./postgres-task-store.ts";
import { windowColumns } from "./tables.ts";

const { database, drop } = await testDatabase();
afterAll(drop);

const NAME = "drop-windows";
const WINDOW = { clicks: "number" } as const;

test("windows past their retention are found by the index: what is kept beside them is not read", async () => {
  await new PostgresTaskStore({ database }).prepare([{ name: NAME, source: "events", window: WINDOW }]);
  await database.execute(
    `insert into stream_window_drop_windows (size_ms, start_ms, key, partition, revision, clicks)
      select 10, start_ms * 10, key::text, 0, 0, 1 from generate_series(1, 100) start_ms, generate_series(1, 200) key`,
  );
  await database.execute("analyze stream_window_drop_windows");
  const batch: BatchCommit = {
    ...{ task: NAME, partition: 0, epoch: 1, start: 0, end: 1, watermarkMs: 1_000, outboxSeq: 0, inbox: undefined },
    ...{ state: [], windows: [], dropWindowsEndedBeforeMs: 50, outbox: [], relayedSeq: 0, parked: [], unparked: [] },
    writes: [],
    lane: "low",
  };
  const { statement } = new CommitStatements(NAME, windowColumns(WINDOW), { isFenced: true }).whole([batch]);
  const lines = await database.query<{ "QUERY PLAN": string }>(`explain (generic_plan) ${statement.text}`);
  const plan = lines.map((line) => line["QUERY PLAN"]).join("\n");
  expect(plan).toContain("using stream_window_drop_windows_pkey");
  expect(plan).not.toContain("Seq Scan on stream_window_drop_windows");
});
