import { randomBytes } from "node:crypto";
import { lsnOf } from "@tenon/postgres/replication";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AdsUnderTest, type OwnServer, ownServer, untilUnread } from "../../test/own-server.ts";
import { pullDeltas, textsOf } from "../../test/read-log.ts";
import { insertSmallMarketplace } from "../../test/small-rows.ts";
import type { AdRow, CreativeRow } from "../api/tables.ts";
import { applyEdit } from "../edits/apply-edit.ts";
import type { EditChange } from "../edits/edit.ts";
import { AdsDatabaseReader } from "../read/ads-database-reader.ts";
import { type ChangeLog, deltaPosition } from "./change-log.ts";
import { createChangeLog } from "./create-change-log.ts";
import { type ChangeLogOptions, openChangeLog } from "./open-change-log.ts";

let own: OwnServer;
let ads: AdsUnderTest;
let logs: ChangeLog[];
beforeAll(async () => {
  own = await ownServer();
});
afterAll(() => own.stop());
beforeEach(async () => {
  ads = await own.open();
  logs = [];
  await insertSmallMarketplace(ads.database);
  await createChangeLog(ads);
  return async () => {
    for (const log of logs) await log.close();
    await untilUnread(ads);
    await ads.database.query(
      "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1",
      [ads.slot],
    );
    await ads.close();
  };
});

async function open(options: Partial<ChangeLogOptions> = {}): Promise<ChangeLog> {
  const log = await openChangeLog({ url: ads.url, slot: ads.slot, ...options });
  logs.push(log);
  return log;
}
const run = (statement: string) => ads.database.execute(statement);
const setBid = (group: number, micros: number) =>
  run(`update ads.ad_groups set bid_amount_micros = ${micros} where ad_group_id = ${group}`);
const edit = (change: EditChange) => ads.database.transaction((tx) => applyEdit(tx, { atMs: 0, change }));
const confirmed = async () => {
  const [row] = await ads.database.query<{ at: string }>(
    "select confirmed_flush_lsn::text as at from pg_replication_slots where slot_name = $1",
    [ads.slot],
  );
  return lsnOf(row?.at ?? "0/0");
};

describe("every kind of edit is told by its rows", () => {
  const creative = (id: number): CreativeRow => ({
    creativeId: id,
    title: "New",
    body: "",
    landingUrl: "https://brands.example/new",
    imageUrl: null,
    review: "pending",
  });
  const ad = (id: number, adGroupId: number): AdRow => ({
    adId: id,
    adGroupId,
    creativeId: id,
    status: "active",
    keywords: ["new"],
    floorMicros: 1,
  });
  const newAd = (id: number, group: number) => ({ ad: ad(id, group), creative: creative(id) });
  const targeting = { whenMissing: "strong", conjunctions: [] } as const;
  const budget = {
    campaignId: 1,
    lifetimeCapMicros: 5,
    dailyCapMicros: null,
    overdeliveryRatioMax: null,
    pacing: "even",
  } as const;
  const adGroup = {
    adGroupId: 22,
    campaignId: 2,
    status: "active",
    bidPays: "perClick",
    bidAmountMicros: 7,
  } as const;
  const cases: readonly (readonly [EditChange, readonly string[]])[] = [
    [
      {
        kind: "setBids",
        bids: [
          { adGroupId: 11, bidAmountMicros: 5 },
          { adGroupId: 12, bidAmountMicros: 6 },
        ],
      },
      ["write ad_groups 11", "write ad_groups 12"],
    ],
    [{ kind: "setBudget", budget }, ["write budgets 1"]],
    [{ kind: "setStatus", table: "ads", keys: [111, 112], status: "paused" }, ["write ads 111", "write ads 112"]],
    [{ kind: "setTargeting", adGroupId: 11, expression: targeting }, ["write targeting 11"]],
    [{ kind: "setText", creativeId: 111, title: "New", body: "" }, ["write creatives 111"]],
    [{ kind: "setReview", table: "creatives", key: 111, review: "rejected" }, ["write creatives 111"]],
    [{ kind: "setReview", table: "advertisers", key: 1, review: "rejected" }, ["write advertisers 1"]],
    [{ kind: "createAds", ads: [newAd(113, 11)] }, ["write creatives 113", "write ads 113"]],
    [
      { kind: "createAdGroup", adGroup, targeting, ads: [newAd(221, 22)] },
      ["write ad_groups 22", "write targeting 22", "write creatives 221", "write ads 221"],
    ],
    [{ kind: "moveAd", adId: 111, adGroupId: 21 }, ["write ads 111"]],
    [{ kind: "deleteAd", adId: 111 }, ["delete ads 111", "delete creatives 111"]],
    [
      { kind: "deleteAdGroup", adGroupId: 12 },
      ["delete ads 121", "delete creatives 121", "delete ad_groups 12", "delete targeting 12"],
    ],
  ];

  test.each(cases)("$kind", async (change, expected) => {
    const beforeMs = Date.now();
    const log = await open();
    await edit(change);
    const [piece, ...rest] = await pullDeltas(log, expected.length);
    expect(rest).toEqual([]);
    expect(textsOf([piece!])).toEqual(expected);
    expect(piece).toMatchObject({ first: 0, isLast: true });
    expect(Math.abs(piece!.committedAtMs - beforeMs)).toBeLessThan(60_000);
    for (const delta of piece!.deltas) {
      if (delta.operation !== "write") continue;
      const { version } = await new AdsDatabaseReader(ads.database).row(delta);
      expect(version).toBe(2 * delta.rowVersion);
    }
  });
});

describe("what the server says in its own way", () => {
  test("a changed key is a deletion and a write", async () => {
    const log = await open();
    await run("update ads.ads set ad_id = 999 where ad_id = 111");
    expect(textsOf(await pullDeltas(log, 2))).toEqual(["delete ads 111", "write ads 999"]);
  });

  test("a table that is emptied is told as such", async () => {
    const log = await open();
    await run("truncate ads.ads, ads.creatives");
    expect(textsOf(await pullDeltas(log, 2)).sort()).toEqual(["truncate ads", "truncate creatives"]);
  });

  test("a large value that an update did not touch is not among its columns", async () => {
    const log = await open();
    // Too large for the row, and too random to be compressed into it.
    const words = JSON.stringify(Array.from({ length: 400 }, () => randomBytes(15).toString("hex")));
    await ads.database.execute("update ads.ads set keywords = $1 where ad_id = 111", [words]);
    await run("update ads.ads set status = 'paused' where ad_id = 111");
    const [whole, part] = (await pullDeltas(log, 2)).flatMap(({ deltas }) => deltas);
    const all = ["adId", "adGroupId", "creativeId", "status", "keywords", "floorMicros"];
    expect(whole).toMatchObject({ operation: "write", columns: all });
    expect(part).toMatchObject({ operation: "write", columns: all.filter((name) => name !== "keywords") });
    const { row } = await new AdsDatabaseReader(ads.database).row({ table: "ads", key: 111 });
    expect(row?.keywords).toHaveLength(400);
  });

  test("a published table that is not ours is left out, and told once", async () => {
    const told: string[] = [];
    const log = await open({ onUnknownTable: (name) => told.push(name) });
    await run("create table ads.notes (id int8 primary key)");
    await run("alter publication ads_changes add table ads.notes");
    await run("insert into ads.notes values (1), (2)");
    await setBid(11, 5);
    expect(textsOf(await pullDeltas(log, 1))).toEqual(["write ad_groups 11"]);
    expect(told).toEqual(["ads.notes"]);
  });

  test("what is rolled back is not told; commits come in their order", async () => {
    const log = await open();
    await ads.database.transaction(async (tx) => {
      await tx.execute("update ads.ad_groups set bid_amount_micros = 5 where ad_group_id = 11");
      await setBid(12, 6);
    });
    await ads.database
      .transaction(async (tx) => {
        await tx.execute("update ads.ad_groups set bid_amount_micros = 9 where ad_group_id = 11");
        throw new Error("changed my mind");
      })
      .catch(() => undefined);
    await setBid(21, 7);
    const pieces = await pullDeltas(log, 3);
    expect(textsOf(pieces)).toEqual(["write ad_groups 12", "write ad_groups 11", "write ad_groups 21"]);
    const ends = pieces.map(({ position }) => position);
    expect(ends).toEqual([...ends].sort((left, right) => Number(left - right)));
  });

  test("a table without the columns that we need ends the log", async () => {
    const log = await open();
    await run("alter table ads.budgets rename column row_version to version");
    await run("alter table ads.budgets disable trigger stamp");
    await run("update ads.budgets set pacing = 'asFastAsPossible'");
    await expect(pullDeltas(log, 1)).rejects.toMatchObject({ code: "TENON1574" });
  });
});

describe("a large transaction", () => {
  const NOTES = 57;
  const fill = () =>
    run(
      `insert into ads.creatives select 1000 + n, 'Title', '', 'https://brands.example/n', null, 'approved'
       from generate_series(1, ${NOTES}) as n`,
    );

  test("comes in pieces that know their place; the position inside it is the end of the one before", async () => {
    const log = await open({ deltasMax: 10, unreadMax: 20 });
    await setBid(11, 5);
    await fill();
    const [before, ...pieces] = await pullDeltas(log, 1 + NOTES);
    expect(pieces.map(({ first, isLast, deltas }) => [first, isLast, deltas.length])).toEqual([
      [0, false, 10],
      [10, false, 10],
      [20, false, 10],
      [30, false, 10],
      [40, false, 10],
      [50, true, 7],
    ]);
    expect(new Set(pieces.slice(0, -1).map(({ position }) => position))).toEqual(new Set([before!.position]));
    expect(pieces.at(-1)!.position).toBeGreaterThan(before!.position);
    expect(deltaPosition(pieces[1]!, 3)).toMatch(/^[0-9A-F]+\/[0-9A-F]+\/13$/);
  });

  test("that was taken in part comes again whole", async () => {
    const log = await open({ deltasMax: 10 });
    await fill();
    const [first] = await log.pull({ piecesMax: 1, waitMs: 10_000 });
    await log.acknowledge(first!.position);
    await log.close();
    await untilUnread(ads);
    const pieces = await pullDeltas(await open({ deltasMax: 10 }), NOTES);
    expect(pieces[0]).toMatchObject({ first: 0, commitLsn: first!.commitLsn });
    expect(textsOf(pieces)).toHaveLength(NOTES);
  });
});

describe("at least once", () => {
  test("what was not acknowledged comes again, what was does not, and the server forgets no more", async () => {
    const log = await open();
    await setBid(11, 5);
    await setBid(12, 6);
    const [first] = await pullDeltas(log, 2);
    await log.acknowledge(first!.position);
    await log.close();
    await untilUnread(ads);
    expect(await confirmed()).toBe(first!.position);
    expect(textsOf(await pullDeltas(await open(), 1))).toEqual(["write ad_groups 12"]);
  });

  test("a position that was not pulled cannot be acknowledged, nor anything after close", async () => {
    const log = await open();
    await setBid(11, 5);
    const [piece] = await pullDeltas(log, 1);
    await expect(log.acknowledge(piece!.position + 1n)).rejects.toMatchObject({ code: "TENON1576" });
    await log.close();
    await expect(log.acknowledge(piece!.position)).rejects.toMatchObject({ code: "TENON1576" });
    await expect(log.pull({ waitMs: 0 })).rejects.toMatchObject({ code: "TENON1576" });
  });

  test("a reader that is cut off again and again loses nothing", async () => {
    const reconnects: number[] = [];
    const log = await open({ onReconnect: (_, attempt) => reconnects.push(attempt), deltasMax: 3 });
    const seen = new Set<number>();
    let cuts = 0;
    for (let round = 0; round < 12; round++) {
      await ads.database.transaction(async (tx) => {
        for (const group of [11, 12, 21]) {
          await tx.execute(`update ads.ad_groups set bid_amount_micros = ${round + 2} where ad_group_id = ${group}`);
        }
      });
      if (round % 3 === 0) cuts += await ads.cutReader();
      for (const piece of await log.pull({ waitMs: round % 2 === 0 ? 0 : 50 })) {
        for (const delta of piece.deltas) if (delta.operation === "write") seen.add(delta.rowVersion);
        if (round % 4 !== 0) await log.acknowledge(piece.position);
      }
    }
    const [{ last } = { last: 0n }] = await ads.database.query<{ last: bigint }>(
      "select last_value as last from ads.row_versions",
    );
    const expected = Array.from({ length: 36 }, (_, index) => Number(last) - index);
    while (!expected.every((version) => seen.has(version))) {
      for (const { deltas, position } of await log.pull({ waitMs: 1_000 })) {
        for (const delta of deltas) if (delta.operation === "write") seen.add(delta.rowVersion);
        await log.acknowledge(position);
      }
    }
    expect(cuts).toBeGreaterThan(0);
    expect(reconnects.length).toBeGreaterThanOrEqual(cuts);
  });

  test("an idle log moves on with the server's, so that it does not hold it", async () => {
    const log = await open();
    await setBid(11, 5);
    const [piece] = await pullDeltas(log, 1);
    await run("create table filler (text text)");
    await run("insert into filler select repeat('x', 1000) from generate_series(1, 3000)");
    expect(await log.pull({ waitMs: 100 })).toEqual([]);
    expect(await confirmed()).toBeLessThan(piece!.position);
    await log.acknowledge(piece!.position);
    while ((await confirmed()) < piece!.position + 1_048_576n) await log.pull({ waitMs: 20 });
    await setBid(11, 6);
    expect(textsOf(await pullDeltas(log, 1))).toEqual(["write ad_groups 11"]);
  });

  test("a pull waits no longer than it is told to", async () => {
    const log = await open();
    expect(await log.pull({ waitMs: 0 })).toEqual([]);
    const control = new AbortController();
    const pulling = log.pull({ waitMs: 600_000, signal: control.signal });
    control.abort();
    expect(await pulling).toEqual([]);
  });
});
