/** What a task writes lands in the task's lane, newest version of each group of a row, in the batch's one change batch. */
import { topic } from "@tenon/event-log/api";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { graph, node, slot } from "@tenon/graph-core";
import { testDatabase } from "@tenon/postgres/testing";
import { openRepo, PostgresFeed, versionOf, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo";
import { expect, test } from "vitest";
import { z } from "zod";
import { Campaign, CampaignMoney, ENTITIES } from "../../../test/handler-world.ts";
import { runTasks } from "../../run-tasks.ts";
import { LANES } from "../../task/lane.ts";
import { task } from "../../task/task.ts";
import { mergedWrites } from "../merged-writes.ts";
import { PostgresTaskStore } from "./postgres-task-store.ts";
import { repoWriter } from "./repo-writer.ts";

const owner = "ads-streams" as const;
const Budgets = topic("budgets", z.strictObject({ campaign: z.string(), budget: z.int(), version: z.int() }), {
  ...{ owner, purpose: "a test", partitions: 1, class: "control", unreadable: "halt", retentionMs: 3_600_000 },
});
const Budget = slot("budgetEvent", Budgets.schema, { owner });
const BudgetWrites = slot("budgetWrites", writeSetSchema([Campaign]), { owner, leaves: "outside" });
const money = (key: string, version: number, budgetMicros: number) =>
  new WriteSetBuilder().write(Campaign, "money", {
    ...{ key, version: versionOf(0, version), columns: { budgetMicros, name: key } },
  });
const storeBudget = node({
  ...{ owner, purpose: "writes a budget", reads: [Budget], writes: [BudgetWrites] },
  run: ({ budgetEvent: { campaign, budget, version } }) => ({
    budgetWrites: money(campaign, version, budget).build() as never,
  }),
});
const updater = (lane: (typeof LANES)[number]) =>
  task({
    ...{ name: `updater-${lane}`, owner, purpose: "a test", source: Budgets, lane, event: Budget, onFailure: "halt" },
    graph: graph({
      ...{ name: `updater-${lane}`, owner, request: [Budget], nodes: { storeBudget }, respond: [BudgetWrites] },
    }),
    writes: BudgetWrites,
  });

test("control columns that a low task writes make a low change batch, those of a high one a high batch", async () => {
  const { database, drop } = await testDatabase();
  const repo = await openRepo({ database, entities: ENTITIES });
  const reader = await new PostgresFeed({ database, entities: ENTITIES, pollMs: 10 }).open({
    ...{ consumer: "looking", from: "oldest" },
  });
  const log = await openEmbeddedLog({ database });
  await log.createTopics([Budgets]);
  const seen: unknown[] = [];
  for (const [index, lane] of LANES.entries()) {
    const value = (version: number) => ({ campaign: "red", budget: version, version: index * 10 + version });
    await log.append([1, 2].map((each) => Budgets.record({ key: "red", timeMs: 0, value: value(each) })));
    const store = new PostgresTaskStore({ database, write: repoWriter(repo) });
    const running = await runTasks({ tasks: [updater(lane)], log, store, owner: "test" });
    const lanes = new Set<string>();
    for (let pulls = 0; pulls < 200 && lanes.size === 0; pulls++) {
      const { batches } = await reader.pull({ batchesMax: 10, waitMs: 100 });
      for (const each of batches.flatMap((batch) => batch.lanes)) lanes.add(each);
    }
    await running.stop();
    seen.push([...lanes]);
  }
  await log.close();
  expect(seen).toEqual([["high"], ["medium"], ["low"]]);
  const rows = await repo.read([CampaignMoney], (snapshot) => snapshot.rows(CampaignMoney, ["red"]));
  expect(rows).toMatchObject([{ columns: { budgetMicros: 2 }, versions: { money: versionOf(0, 22) } }]);
  await reader.close();
  await drop();
});

test("of several write sets the newest write of each group and row counts, of presence the newest word", () => {
  const [old, fresh] = [money("red", 1, 5), money("red", 2, 6)];
  fresh.delete(Campaign, { key: "blue", version: versionOf(0, 4) });
  old
    .restore(Campaign, { key: "blue", version: versionOf(0, 3) })
    .restore(Campaign, { key: "red", version: versionOf(0, 1) });
  const expected = new WriteSetBuilder()
    .write(Campaign, "money", { key: "red", version: versionOf(0, 2), columns: { budgetMicros: 6, name: "red" } })
    .delete(Campaign, { key: "blue", version: versionOf(0, 4) })
    .restore(Campaign, { key: "red", version: versionOf(0, 1) })
    .build();
  expect(mergedWrites([old.build(), fresh.build()])).toEqual(expected);
  expect(mergedWrites([fresh.build(), old.build()])).toEqual(expected);
});
