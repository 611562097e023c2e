/** An advertiser with 100,000 ads on Postgres: all are woken by one change of it, in pieces, and the cursor moves last. */
import { systemClock } from "@tenon/graph-core";
import type { Transaction } from "@tenon/postgres";
import { testDatabase } from "@tenon/postgres/testing";
import {
  openRepo,
  PostgresCursors,
  PostgresFeed,
  versionOf,
  type WriteSet,
  WriteSetBuilder,
} from "@tenon/storage-repo";
import { expect, test } from "vitest";
import { treeWriteOf } from "../../test/tree-histories.ts";
import { Ad, adLabels, TREE } from "../../test/tree-world.ts";
import { FeedPump } from "./feed-pump.ts";
import { PostgresWorkStore } from "./postgres-work-store.ts";

const ADS = 100_000;
const GROUPS = 20;
const ADS_OF_A_WRITE = 5_000;

function ads(from: number): WriteSet {
  const builder = new WriteSetBuilder();
  for (let key = from; key < from + ADS_OF_A_WRITE; key++) {
    const columns = { creative: 1, groupId: `g${key % GROUPS}` };
    builder.write(Ad, "facts", { key, version: versionOf(0, 1), columns });
  }
  return builder.build();
}

test("every ad below a changed advertiser is woken, and no more than a piece of them is held", {
  timeout: 120_000,
}, async () => {
  const { database, drop } = await testDatabase();
  const repo = await openRepo({ database, entities: TREE });
  const write = (writes: WriteSet) => repo.tx((tx) => tx.write(writes));
  await write(treeWriteOf({ kind: "advertiser", key: 1, brand: 1 }, versionOf(0, 1)));
  await write(treeWriteOf({ kind: "campaign", key: 1, budget: 1, advertiserId: 1 }, versionOf(0, 1)));
  for (let group = 0; group < GROUPS; group++) {
    await write(treeWriteOf({ kind: "group", key: `g${group}`, bid: 1, campaignId: 1 }, versionOf(0, 1)));
  }
  for (let from = 0; from < ADS; from += ADS_OF_A_WRITE) await write(ads(from));
  await database.execute("analyze");

  const store = new PostgresWorkStore(database);
  await store.prepare();
  const pieces: number[] = [];
  const order: string[] = [];
  const add = store.add.bind(store);
  store.add = async (tx, work) => {
    pieces.push(work.length);
    order.push("piece");
    await add(tx, work);
  };
  const stored = new PostgresCursors(database);
  const feed = new PostgresFeed({ database, entities: TREE, pollMs: 10 });
  const claimed = await stored.claim("labels");
  const reader = await feed.open({ consumer: "labels", from: "now" });
  const pump = new FeedPump<Transaction>(
    {
      ...{ consumer: "labels", handlers: [adLabels], repo, store, circles: new Map(), clock: systemClock },
      cursors: {
        claim: (consumer) => stored.claim(consumer),
        save: async (tx, fence, cursor) => {
          order.push("cursor");
          await stored.save(tx, fence, cursor);
        },
      },
      ...{ batchesMax: 100, waitMs: 1_000, onAdded: () => order.push("told") },
    },
    reader,
    claimed,
  );
  await write(treeWriteOf({ kind: "advertiser", key: 1, brand: 2 }, versionOf(0, 2)));
  while ((await pump.step()) === 0);
  const [row] = await database.query<{ waiting: number }>("select count(*)::int as waiting from stream_work");
  expect(row?.waiting).toBe(ADS);
  expect(Math.max(...pieces)).toBeLessThanOrEqual(5_000);
  expect(order.lastIndexOf("cursor")).toBe(order.length - 1);
  // Told after each piece: the lease of a pump that is at it for long does not lapse.
  expect(order.filter((each) => each === "told")).toHaveLength(ADS / 5_000);
  await pump.close();
  await drop();
});
