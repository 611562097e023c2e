import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, expect, test } from "vitest";
import { SAMPLE_ENTITIES } from "../conformance/index.ts";
import { bidWrite } from "../conformance/write-contract.ts";
import { PostgresCursors } from "../feed/cursor-store.ts";
import { readIdentity } from "../feed/feed-identity.ts";
import { History } from "../history/history.ts";
import { openRepo } from "../postgres/open-repo.ts";
import { entityRows, feedConsumers, hasRepo, historyState } from "./repo-state.ts";

const { database, drop } = await testDatabase();
afterAll(drop);

test("rows, readers and the stored window are told without changing any of them", async () => {
  expect(await hasRepo(database)).toBe(false);
  const repo = await openRepo({ database, entities: SAMPLE_ENTITIES });
  expect(await hasRepo(database)).toBe(true);
  for (const key of [1, 2, 3]) await repo.tx((tx) => tx.write(bidWrite(key, 1, { bidMicros: 5 })));
  expect(await entityRows(database)).toMatchObject([
    { entity: "sample_campaign", rows: 0, exact: true },
    { entity: "sample_group", rows: 3, exact: true },
  ]);

  const cursors = new PostgresCursors(database);
  const { fence } = await cursors.claim("indexer");
  await cursors.claim("newcomer");
  const { feedEpoch } = await readIdentity(database);
  await database.transaction((tx) =>
    cursors.save(tx, { consumer: "indexer", fence }, { mode: "poll", feedEpoch, seq: 2n }),
  );
  const [indexer, newcomer] = await feedConsumers(database);
  expect(indexer).toMatchObject({ consumer: "indexer", mode: "poll", fence: 1n, settledSeq: 2n, behind: 1 });
  expect(indexer?.slot).toBeUndefined();
  expect(newcomer).toMatchObject({ consumer: "newcomer", mode: undefined, settledSeq: undefined, behind: 3 });
  expect([indexer?.behindMs, indexer?.savedMs].every((ms) => ms !== undefined && ms >= 0 && ms < 60_000)).toBe(true);

  await new History(database, 10n).makePartitions();
  await repo.tx((tx) => tx.write(bidWrite(4, 1, { bidMicros: 5 })));
  const state = await historyState(database);
  expect(state).toMatchObject({ floorSeq: 0n, firstSeq: 1n, lastSeq: 4n, bases: [] });
  expect(state.need).toEqual({ seq: 2n, heldBy: "consumer indexer" });
  expect(state.partitions[0]).toMatchObject({ from: 10n, to: 20n });
  expect(state.restBytes).toBeGreaterThan(0);
  expect(state.lastAtMs).toBeGreaterThanOrEqual(state.firstAtMs ?? Number.NaN);
});

test("a slot that its consumer names and the server does not have is lost", async () => {
  const cursors = new PostgresCursors(database);
  const { fence } = await cursors.claim("slotted");
  const { feedEpoch } = await readIdentity(database);
  const cursor = { mode: "slot", feedEpoch, slot: "tenon_slotted__gone", lsn: 1n, settledSeq: 4n } as const;
  await database.transaction((tx) => cursors.save(tx, { consumer: "slotted", fence }, cursor));
  const slotted = (await feedConsumers(database)).find(({ consumer }) => consumer === "slotted");
  expect(slotted).toMatchObject({ mode: "slot", behind: 0, slot: { name: "tenon_slotted__gone", state: "lost" } });
});
