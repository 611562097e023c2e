import { openDatabase } from "@tenon/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AdsUnderTest, type OwnServer, ownServer } from "../../test/own-server.ts";
import { insertSmallMarketplace } from "../../test/small-rows.ts";
import { AdsDatabaseReader } from "../read/ads-database-reader.ts";
import { createChangeLog } from "./create-change-log.ts";
import { openChangeLog } from "./open-change-log.ts";
import { visibleCount } from "./visible-transactions.ts";

let own: OwnServer;
let ads: AdsUnderTest;
beforeAll(async () => {
  own = await ownServer();
  ads = await own.open();
  await insertSmallMarketplace(ads.database);
  await createChangeLog(ads);
});
afterAll(async () => {
  await ads.close();
  await own.stop();
});

/** A server that waits for a standby that never answers: a commit is in the log, and nobody sees it. */
async function withoutStandby(commit: () => Promise<unknown>, meanwhile: () => Promise<void>): Promise<void> {
  const setStandbys = async (names: string) => {
    await ads.database.execute(`alter system set synchronous_standby_names = '${names}'`);
    await ads.database.execute("select pg_reload_conf()");
  };
  await setStandbys("nobody");
  for (;;) {
    const [row] = await ads.database.query<{ names: string }>(
      "select setting as names from pg_settings where name = 'synchronous_standby_names'",
    );
    if (row?.names === "nobody") break;
  }
  const committed = commit();
  try {
    await meanwhile();
  } finally {
    await setStandbys("");
    await committed;
  }
}

const untilSent = async () => {
  for (;;) {
    const [row] = await ads.database.query<{ waits: boolean; sent: boolean }>(
      `select exists (select from pg_stat_activity where wait_event = 'SyncRep') as waits,
              (select sent_lsn >= pg_current_wal_flush_lsn() from pg_stat_replication) as sent`,
    );
    if (row?.waits === true && row.sent === true) return;
  }
};

test("a commit that nobody sees yet is held back until whoever asks for the row gets the new one", async () => {
  const log = await openChangeLog({ url: ads.url, slot: ads.slot });
  const rows = new AdsDatabaseReader(ads.database);
  const bidOf = async () => (await rows.row({ table: "ad_groups", key: 11 })).row?.bidAmountMicros;
  const before = await bidOf();
  let pulling: Promise<unknown> | undefined;
  await withoutStandby(
    () => ads.database.execute("update ads.ad_groups set bid_amount_micros = 77 where ad_group_id = 11"),
    async () => {
      await untilSent();
      expect(await bidOf()).toBe(before);
      expect(await log.pull({ waitMs: 100 })).toEqual([]);
      pulling = log.pull({ waitMs: 60_000 }).then(async (pieces) => [pieces, await bidOf()]);
    },
  );
  expect(await pulling).toMatchObject([[{ deltas: [{ table: "ad_groups", key: 11 }] }], 77]);
  await log.close();
});

test("of transactions in the order of commits those before the first hidden one are seen", async () => {
  const other = await openDatabase({ url: ads.url, connectionsMax: 1 });
  const lower = (id: bigint) => Number(id & 0xffff_ffffn);
  const open = Promise.withResolvers<number>();
  const end = Promise.withResolvers<void>();
  const running = other.transaction(async (tx) => {
    const [row] = await tx.query<{ id: bigint }>("select pg_current_xact_id()::text::int8 as id");
    open.resolve(lower(row?.id ?? 0n));
    await end.promise;
  });
  const hidden = await open.promise;
  const [row] = await ads.database.query<{ id: bigint }>("select pg_current_xact_id()::text::int8 as id");
  const seen = lower(row?.id ?? 0n);
  expect(await visibleCount(ads.database, [seen, seen, hidden, seen])).toBe(2);
  // Not begun yet: ids are given out in order, and go round.
  expect(await visibleCount(ads.database, [seen, (seen + 1_000) >>> 0])).toBe(1);
  expect(await visibleCount(ads.database, [(seen - 2_000_000_000) >>> 0])).toBe(1);
  end.resolve();
  await running;
  expect(await visibleCount(ads.database, [seen, hidden])).toBe(2);
  await other.close();
});
