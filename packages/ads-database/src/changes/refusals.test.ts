/** What must end the log, because going on would skip changes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AdsUnderTest, type OwnServer, ownServer, untilUnread } from "../../test/own-server.ts";
import { pullDeltas, textsOf } from "../../test/read-log.ts";
import { insertSmallMarketplace } from "../../test/small-rows.ts";
import type { ChangeLog } from "./change-log.ts";
import { createChangeLog, dropChangeLog } from "./create-change-log.ts";
import { type ChangeLogOptions, openChangeLog } from "./open-change-log.ts";
import { readMark } from "./reader-mark.ts";
import { requireSlotAt } from "./slot-check.ts";

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
    await dropChangeLog(ads);
    await ads.close();
  };
});

async function open(options: Partial<ChangeLogOptions> = {}): Promise<ChangeLog> {
  const log = await openChangeLog({ url: ads.url, slot: ads.slot, ...options });
  logs.push(log);
  return log;
}
const run = (statement: string) => ads.database.execute(statement);
const write = () => run("update ads.ad_groups set bid_amount_micros = bid_amount_micros + 1 where ad_group_id = 11");
const dropSlot = async () => {
  await untilUnread(ads);
  await ads.database.query("select pg_drop_replication_slot($1)", [ads.slot]);
};
const makeSlot = () => ads.database.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [ads.slot]);

async function isLost(): Promise<boolean> {
  const rows = await ads.database.query(
    "select from pg_replication_slots where slot_name = $1 and wal_status = 'lost'",
    [ads.slot],
  );
  return rows.length > 0;
}

async function readOnce(): Promise<void> {
  const log = await open();
  await write();
  const [piece] = await pullDeltas(log, 1);
  await log.acknowledge(piece!.position);
  await log.close();
  await untilUnread(ads);
}

test("a reader that looks while another one moves mark and slot finds the log busy, not its slot moved", async () => {
  const before = await readMark(ads.database, ads.slot);
  await readOnce();
  await expect(requireSlotAt(ads.database, ads.slot, before.acknowledged)).rejects.toMatchObject({ code: "TENON1575" });
  await ads.database.execute("update ads.change_log_readers set acknowledged = acknowledged - 1 where slot = $1", [
    ads.slot,
  ]);
  await expect(requireSlotAt(ads.database, ads.slot, before.acknowledged)).rejects.toMatchObject({ code: "TENON1571" });
});

describe("at the start", () => {
  test("a slot that was never made", async () => {
    await expect(open({ slot: "another" })).rejects.toMatchObject({ code: "TENON1570" });
  });

  test("a slot that was dropped", async () => {
    await readOnce();
    await dropSlot();
    await expect(open()).rejects.toMatchObject({ code: "TENON1570" });
  });

  test("a slot that was made anew under its name, after changes that nobody has read", async () => {
    await readOnce();
    await dropSlot();
    await write();
    await makeSlot();
    await expect(open()).rejects.toMatchObject({ code: "TENON1571" });
  });

  test("a slot that was moved by hand", async () => {
    await readOnce();
    await write();
    await ads.database.query("select pg_replication_slot_advance($1, pg_current_wal_lsn())", [ads.slot]);
    await expect(open()).rejects.toMatchObject({ code: "TENON1571" });
  });

  test("a slot of another plugin", async () => {
    await dropSlot();
    await ads.database.query("select pg_create_logical_replication_slot($1, 'test_decoding')", [ads.slot]);
    await expect(open()).rejects.toMatchObject({ code: "TENON1570" });
  });

  test("a slot whose log the server has removed", async () => {
    await run("alter system set max_slot_wal_keep_size = '1MB'");
    await ads.database.query("select pg_reload_conf()");
    try {
      while (!(await isLost())) {
        await ads.database.query("select pg_logical_emit_message(false, 'filler', 'x'), pg_switch_wal()");
        await run("checkpoint");
      }
      await expect(open()).rejects.toMatchObject({ code: "TENON1570", detail: expect.stringContaining("removed") });
    } finally {
      await run("alter system reset max_slot_wal_keep_size");
      await ads.database.query("select pg_reload_conf()");
    }
  });

  test("a mark of another history, or of a later state of this one", async () => {
    await run("update ads.change_log_readers set history = '1.1'");
    await expect(open()).rejects.toMatchObject({ code: "TENON1572" });
    await run(
      "update ads.change_log_readers set acknowledged = 'FF/0', history = (select system_identifier from pg_control_system()) || '.1'",
    );
    await expect(open()).rejects.toMatchObject({ code: "TENON1572" });
  });

  test.each([
    ["without a table", "alter publication ads_changes drop table ads.budgets"],
    ["without deletions", "alter publication ads_changes set (publish = 'insert, update, truncate')"],
    [
      "with a filter",
      "alter publication ads_changes drop table ads.campaigns; alter publication ads_changes add table ads.campaigns where (brand <> '')",
    ],
    ["that is gone", "drop publication ads_changes"],
  ])("a publication %s", async (_, statement) => {
    await run(statement);
    await expect(open()).rejects.toMatchObject({ code: "TENON1573" });
    await expect(createChangeLog({ ...ads, slot: "fresh" })).rejects.toMatchObject({ code: "TENON1573" });
  });

  test("a slot that somebody else reads", async () => {
    await open();
    await expect(open()).rejects.toMatchObject({ code: "TENON1575" });
    await expect(createChangeLog({ ...ads, replace: true })).rejects.toMatchObject({ code: "TENON1575" });
  });
});

describe("while it is read", () => {
  test.each([
    ["dropped", "TENON1570", async () => undefined],
    ["made anew", "TENON1571", makeSlot],
  ])("a slot that is %s between two connections ends the log", async (_, code, then) => {
    const log = await open({
      onReconnect: () => undefined,
      backOff: async () => {
        await dropSlot();
        await write();
        await then();
      },
    });
    await write();
    await pullDeltas(log, 1);
    await ads.cutReader();
    await expect(pullDeltas(log, 1)).rejects.toMatchObject({ code });
    await expect(log.pull({ waitMs: 0 })).rejects.toMatchObject({ code });
  });

  test("a server that stays away ends it after the attempts, and it goes on later", async () => {
    const attempts: number[] = [];
    const log = await open({
      attemptsMax: 3,
      onReconnect: (_, attempt) => attempts.push(attempt),
      backOff: async () => undefined,
    });
    await write();
    await ads.allowConnections(false);
    await ads.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'tenon-change-log'",
    );
    await ads.cutReader();
    await expect(pullDeltas(log, 2)).rejects.toMatchObject({ code: "TENON1578" });
    expect(attempts).toEqual([1, 2, 3]);
    await ads.allowConnections(true);
    expect(textsOf(await pullDeltas(await open(), 1))).toEqual(["write ad_groups 11"]);
  });

  test("a mark that is taken away ends the acknowledging", async () => {
    const log = await open();
    await write();
    const [piece] = await pullDeltas(log, 1);
    await run("delete from ads.change_log_readers");
    await expect(log.acknowledge(piece!.position)).rejects.toMatchObject({ code: "TENON1570" });
  });
});

test("made a second time it is refused, unless what it holds is given up", async () => {
  await expect(createChangeLog(ads)).rejects.toMatchObject({ code: "TENON1580" });
  await write();
  await createChangeLog({ ...ads, replace: true });
  await write();
  expect(textsOf(await pullDeltas(await open(), 1))).toEqual(["write ad_groups 11"]);
});
