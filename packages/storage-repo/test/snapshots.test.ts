import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { U8Column } from "@tenon/graph-core";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChangeBatch } from "../src/api/change.ts";
import type { FeedReader } from "../src/api/change-feed.ts";
import { versionOf } from "../src/api/version.ts";
import { WriteSetBuilder } from "../src/api/write-set-builder.ts";
import { chainBreaks, GroupAll, GroupBid, readAll, SAMPLE_ENTITIES, SampleGroup } from "../src/conformance/index.ts";
import { PostgresCursors } from "../src/feed/cursor-store.ts";
import { dropBaseSlots } from "../src/feed/slot-admin.ts";
import { exportHistory } from "../src/history/export-history.ts";
import { History } from "../src/history/history.ts";
import { type BaseOptions, withBase } from "../src/snapshot/base-snapshot.ts";
import { exportRows } from "../src/snapshot/export-rows.ts";
import { belongsToDelta, deltaCursor, watermarkFromJson, watermarkToJson } from "../src/snapshot/watermark.ts";
import { begin } from "./by-hand.ts";
import { type OwnServer, ownServer, type TestRepo } from "./own-server.ts";

const KEYS = 60;

let own: OwnServer;
let under: TestRepo;
let folder: string;
beforeAll(async () => {
  own = await ownServer();
  folder = mkdtempSync(join(tmpdir(), "tenon-parquet-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await own.stop();
});
beforeEach(async () => {
  under = await own.open();
  return () => under.close();
});

const bid = (key: number, sequence: number) => ({
  key,
  version: versionOf(0, sequence),
  columns: { bidMicros: sequence, campaignId: `c${sequence % 3}`, paused: false },
});
const writeBid = (key: number, sequence: number) =>
  under.repo.tx((tx) => tx.write(new WriteSetBuilder().write(SampleGroup, "bid", bid(key, sequence)).build()), {
    isolation: "readCommitted",
  });
async function readJson(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(path) });
}

/** Row → version of its bid. */
type Versions = Map<number, bigint>;

/** A delta consumer that does not look at versions: it adds up differences, so that a batch too many or too few shows. */
function applyDelta(rows: Versions, batches: readonly ChangeBatch[]): void {
  for (const { changes } of batches) {
    for (const { key, oldVersion, newVersion } of changes) {
      rows.set(key as number, (rows.get(key as number) ?? 0n) - oldVersion + newVersion);
    }
  }
}

async function storedVersions(): Promise<Versions> {
  const rows = await under.database.query<{ id: bigint; ver_bid: bigint }>(
    "select id, ver_bid from repo.sample_group order by id",
  );
  return new Map(rows.map((row) => [Number(row.id), row.ver_bid]));
}

async function drain(reader: FeedReader): Promise<readonly ChangeBatch[]> {
  const batches: ChangeBatch[] = [];
  for (let quiet = 0; quiet < 3; ) {
    const pulled = await reader.pull({ batchesMax: 500, waitMs: 100 });
    batches.push(...pulled.batches);
    quiet = pulled.batches.length === 0 ? quiet + 1 : 0;
  }
  await reader.close();
  return batches;
}

/** Takes a base in two parts, exported beside one another while writers go on, and stitches the delta to it. */
async function stitch(options: Pick<BaseOptions, "slotFor">) {
  let writing = true;
  let sequence = 0;
  for (let key = 0; key < KEYS; key++) await writeBid(key, ++sequence);
  const writers = [0, 1, 2].map(async () => {
    while (writing) await writeBid(++sequence % KEYS, sequence);
  });
  const held = await begin(under.database);
  await under.repo.write(held.tx, new WriteSetBuilder().write(SampleGroup, "bid", bid(1_000, ++sequence)).build());
  await held.number();
  const holding = new Promise((resolve) => setImmediate(resolve)).then(() => held.commit());
  const { base, watermark } = await withBase({ database: under.database, ...options }, async (taken) => {
    const open = await begin(under.database);
    await under.repo.write(open.tx, new WriteSetBuilder().write(SampleGroup, "bid", bid(2_000, ++sequence)).build());
    await open.number();
    const rows: Versions = new Map();
    const exportFrom = (after: number) =>
      taken.export([GroupBid], async (snapshot) => {
        const page = await snapshot.page(GroupBid, { after, rowsMax: KEYS / 2 });
        for (const row of page) rows.set(row.key, row.versions.bid ?? 0n);
      });
    await Promise.all([exportFrom(-1), exportFrom(KEYS / 2 - 1), exportFrom(KEYS - 1)]);
    await open.commit();
    return { base: rows, watermark: taken.watermark };
  });
  await holding;
  writing = false;
  await Promise.all(writers);
  return { base, watermark };
}

describe("base at a watermark + the delta after it = the rows", () => {
  test("polling: batches that the snapshot does not see", async () => {
    const { base, watermark } = await stitch({});
    const reader = await under.feed().open({ consumer: "delta", from: deltaCursor(watermark) });
    const fromFloor = await drain(reader);
    const delta = fromFloor.filter(belongsToDelta(watermarkFromJson(watermarkToJson(watermark))));
    expect(delta.length).toBeGreaterThan(0);
    applyDelta(base, delta);
    expect(base).toEqual(await storedVersions());
  });

  test("slot: everything the slot of the base brings, which is what the snapshot does not see", async () => {
    const slotFor = { consumer: "delta", openReplication: under.replication };
    const { base, watermark } = await stitch({ slotFor });
    expect(watermark.slot?.lsn).toBeGreaterThan(0n);
    const reader = await under
      .feed({ openReplication: under.replication })
      .open({ consumer: "delta", from: deltaCursor(watermark) });
    const delta = await drain(reader);
    expect(delta.filter((batch) => !belongsToDelta(watermark)(batch))).toEqual([]);
    applyDelta(base, delta);
    expect(base).toEqual(await storedVersions());
  });

  test("planted: a base from a snapshot and a cursor taken apart does not stitch", async () => {
    for (let key = 0; key < 3; key++) await writeBid(key, key + 1);
    const { watermark } = await withBase({ database: under.database }, async (base) => base);
    const late = await withBase({ database: under.database }, async (base) => {
      await writeBid(0, 10);
      return base;
    });
    await writeBid(1, 11);
    const torn: Versions = new Map((await storedVersions()).entries());
    const batches = await readAll(under.feed(), 5);
    applyDelta(torn, batches.filter(belongsToDelta(watermark)));
    expect(torn).not.toEqual(await storedVersions());
    expect(late.watermark.snapshot).not.toEqual("");
  });

  test("a base whose work fails leaves no slot behind", async () => {
    const slotFor = { consumer: "failing", openReplication: under.replication };
    const failing = withBase({ database: under.database, slotFor }, async () => {
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("disk is full");
    const [slots] = await under.database.query<{ count: bigint }>(
      "select count(*) as count from pg_replication_slots where starts_with(slot_name, 'tenonbase_failing')",
    );
    expect(slots?.count).toBe(0n);
  });

  test("the slot of a base outlives starts of its consumer, until it is dropped by name", async () => {
    const slotFor = { consumer: "indexer", openReplication: under.replication };
    const bases = [];
    for (let epoch = 0; epoch < 2; epoch++)
      bases.push(await withBase({ database: under.database, slotFor }, async (base) => base.watermark));
    const reader = await under
      .feed({ openReplication: under.replication })
      .open({ consumer: "indexer", from: "oldest" });
    await reader.close();
    const slots = async () => {
      const rows = await under.database.query<{ name: string }>(
        "select slot_name as name from pg_replication_slots where starts_with(slot_name, 'tenonbase_indexer')",
      );
      return rows.map(({ name }) => name).sort();
    };
    expect(await slots()).toEqual(bases.map((watermark) => watermark.slot?.name).sort());
    await dropBaseSlots(under.database, "indexer", [bases[1]?.slot?.name ?? ""]);
    expect(await slots()).toEqual([bases[1]?.slot?.name]);
  });

  test("exporting after the base has ended is an error, never another snapshot", async () => {
    const base = await withBase({ database: under.database }, async (taken) => taken);
    const late = base.export([GroupBid], (snapshot) => snapshot.rows(GroupBid, [1]));
    await expect(late).rejects.toMatchObject({ code: "TENON1543" });
  });
});

describe("Parquet", () => {
  test("a base reads back as the rows, column by column", async () => {
    const embedding = U8Column.from([1, 2, 250]);
    const signals = { clickRate: 0.1, impressions: 2n ** 62n, extra: { topic: "tea", weight: 2 } };
    const writes = new WriteSetBuilder()
      .write(SampleGroup, "bid", { ...bid(1, 5), columns: { bidMicros: 2 ** 50, campaignId: null, paused: true } })
      .write(SampleGroup, "signals", { key: 1, version: versionOf(3, 4), columns: signals })
      .write(SampleGroup, "embedding", { key: 1, version: versionOf(0, 1), columns: { embedding } })
      .write(SampleGroup, "bid", bid(2, 6))
      .delete(SampleGroup, { key: 3, version: versionOf(0, 1) })
      .build();
    await under.repo.tx((tx) => tx.write(writes));
    const path = join(folder, "base.parquet");
    const exported = await withBase({ database: under.database }, (base) => exportRows(base, GroupAll, path));
    expect(exported).toEqual({ path, rows: 2 });
    const rows = await readJson(path);
    expect(rows[0]).toMatchObject({
      key: 1n,
      version_bid: versionOf(0, 5),
      version_signals: versionOf(3, 4),
      bidMicros: 2n ** 50n,
      campaignId: null,
      paused: true,
      clickRate: 0.1,
      impressions: 2n ** 62n,
    });
    expect(JSON.parse(String(rows[0]?.extra))).toEqual(signals.extra);
    expect(rows[1]).toMatchObject({ key: 2n, campaignId: "c0", clickRate: null, embedding: null });
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("an export that fails leaves no file", async () => {
    const path = join(folder, "failed.parquet");
    const failing = withBase({ database: under.database }, async (base) => {
      const broken = { ...base, watermark: base.watermark, export: () => Promise.reject(new Error("connection lost")) };
      return exportRows(broken, GroupBid, path);
    });
    await expect(failing).rejects.toThrow("connection lost");
    expect(readdirSync(folder).filter((name) => name.startsWith("failed"))).toEqual([]);
  });
});

describe("history", () => {
  test("partitions are made ahead, exported with names, and dropped whole", async () => {
    const history = new History(under.database, 10n);
    expect((await history.makePartitions()).map(({ from }) => from)).toEqual([0n, 10n, 20n]);
    for (let sequence = 1; sequence <= 25; sequence++) await writeBid(1, sequence);
    await history.makePartitions();
    const path = join(folder, "history.parquet");
    const [first] = await history.partitions();
    expect(first).toMatchObject({ from: 0n, to: 10n });
    const source = { database: under.database, entities: SAMPLE_ENTITIES };
    expect(await exportHistory(source, first ?? { from: 0n, to: 0n }, path)).toEqual({ path, rows: 9 });
    const rows = await readJson(path);
    expect(rows[1]).toMatchObject({
      entity: "sample_group",
      key: "1",
      kind: "update",
      group: "bid",
      columns: "bidMicros,campaignId",
    });
    const dropped = await history.dropBefore(21n);
    expect(dropped.map(({ from }) => from)).toEqual([0n, 10n]);
    const left = await readAll(under.feed(), 6);
    expect(left.map((batch) => Number(batch.seq))).toEqual([20, 21, 22, 23, 24, 25]);
    expect(chainBreaks(left).length).toBe(1);
  });

  test("a cursor before what was dropped is told, not given a gap", async () => {
    const history = new History(under.database, 10n);
    await history.makePartitions();
    await writeBid(1, 1);
    const reader = await under.feed().open({ consumer: "old", from: "oldest" });
    const { cursor } = await reader.pull({ batchesMax: 1, waitMs: 2_000 });
    await reader.close();
    for (let sequence = 2; sequence <= 25; sequence++) await writeBid(1, sequence);
    await history.dropBefore(20n);
    await expect(under.feed().open({ consumer: "old", from: cursor })).rejects.toMatchObject({ code: "TENON1534" });
  });

  test("history is kept as long as a base that may be rolled back to, and as a consumer that has not come so far", async () => {
    const history = new History(under.database, 10n);
    await history.makePartitions();
    for (let sequence = 1; sequence <= 12; sequence++) await writeBid(1, sequence);
    const { watermark } = await withBase({ database: under.database }, async (base) => base);
    await history.noteBase(7n, { watermark, state: "published" });
    for (let sequence = 13; sequence <= 35; sequence++) await writeBid(1, sequence);
    await expect(history.dropBefore(20n)).rejects.toMatchObject({ code: "TENON1542" });
    expect(await history.oldestNeed()).toEqual({ seq: 12n, heldBy: "base 7" });
    expect((await history.dropBefore(13n)).map(({ to }) => to)).toEqual([10n]);
    await history.noteBase(7n, { watermark, state: "retired" });
    const cursors = new PostgresCursors(under.database);
    const { fence } = await cursors.claim("slow");
    await under.database.transaction((tx) =>
      cursors.save(tx, { consumer: "slow", fence }, { mode: "poll", feedEpoch: watermark.feedEpoch, seq: 15n }),
    );
    await expect(history.dropBefore(20n)).rejects.toMatchObject({ code: "TENON1542" });
    expect((await history.oldestNeed())?.heldBy).toBe("consumer slow");
  });

  test("a rolled back base stitches with the history that was kept for it", async () => {
    const history = new History(under.database, 10n);
    await history.makePartitions();
    for (let sequence = 1; sequence <= 12; sequence++) await writeBid(sequence % 4, sequence);
    const { watermark, rows } = await withBase({ database: under.database }, (base) =>
      base.export([GroupBid], async (snapshot) => ({
        watermark: base.watermark,
        rows: new Map(
          (await snapshot.page(GroupBid, { rowsMax: 100 })).map((row) => [row.key, row.versions.bid ?? 0n]),
        ),
      })),
    );
    await history.noteBase(1n, { watermark, state: "published" });
    for (let sequence = 13; sequence <= 35; sequence++) await writeBid(sequence % 4, sequence);
    await history.dropBefore(watermark.floorSeq + 1n);
    const reader = await under.feed().open({ consumer: "rollback", from: deltaCursor(watermark) });
    applyDelta(rows, (await drain(reader)).filter(belongsToDelta(watermark)));
    expect(rows).toEqual(await storedVersions());
  });

  test("a slot brings batches of every partition, and of those that are made while it is read", async () => {
    const history = new History(under.database, 5n);
    await history.makePartitions();
    const reader = await under
      .feed({ openReplication: under.replication })
      .open({ consumer: "partitions", from: "oldest" });
    for (let sequence = 1; sequence <= 30; sequence++) {
      await writeBid(1, sequence);
      if (sequence % 10 === 0) await history.makePartitions();
    }
    expect((await drain(reader)).map((batch) => Number(batch.seq))).toEqual(
      Array.from({ length: 30 }, (_, at) => at + 1),
    );
  });

  test("what no partition covers is kept all the same", async () => {
    const history = new History(under.database, 5n);
    for (let sequence = 1; sequence <= 7; sequence++) await writeBid(1, sequence);
    await history.makePartitions();
    for (let sequence = 8; sequence <= 40; sequence++) await writeBid(1, sequence);
    expect((await readAll(under.feed(), 40)).map((batch) => Number(batch.seq))).toEqual(
      Array.from({ length: 40 }, (_, at) => at + 1),
    );
  });
});
