import { U8Column } from "@tenon/graph-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RowChange } from "../api/change.ts";
import { columnsOfMask } from "../api/mask.ts";
import type { RepoTransactionOptions } from "../api/repo.ts";
import { versionOf } from "../api/version.ts";
import type { WriteSet } from "../api/write-set.ts";
import { WriteSetBuilder } from "../api/write-set-builder.ts";
import { type MakeRepo, type RepoUnderTest, readAll } from "./make-repo.ts";
import { CampaignBudget, GroupAll, GroupBid, SampleCampaign, SampleGroup } from "./sample-entities.ts";

const v = (sequence: number) => versionOf(0, sequence);

export function bidWrite(
  key: number,
  sequence: number,
  columns: { bidMicros?: number; campaignId?: string | null } = {},
) {
  const { bidMicros = 100, campaignId = null } = columns;
  return new WriteSetBuilder()
    .write(SampleGroup, "bid", { key, version: v(sequence), columns: { bidMicros, campaignId, paused: false } })
    .build();
}

/** Guarded writes: masks, versions, tombstones, batches. */
export function writeContract<Joined>(make: MakeRepo<Joined>): void {
  let under: RepoUnderTest<Joined>;
  let keys = 1_000;
  beforeAll(async () => {
    under = await make();
  });
  afterAll(() => under.close());
  const write = (writeSet: WriteSet, options?: RepoTransactionOptions) =>
    under.repo.tx((tx) => tx.write(writeSet), options);
  const group = (key: number) =>
    under.repo.read([GroupAll], async (snapshot) => (await snapshot.rows(GroupAll, [key]))[0]);
  const dirty = (change: RowChange | undefined) => columnsOfMask(SampleGroup, change?.mask ?? 0);

  test("a row that appears has the full mask, columns that are null included", async () => {
    const { changes } = await write(bidWrite(++keys, 1, { campaignId: null }));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ kind: "insert", group: "bid", oldVersion: 0n, newVersion: v(1) });
    expect(dirty(changes[0])).toEqual(SampleGroup.columns.map((column) => column.name));
  });

  test("an update has the columns that changed, and no others", async () => {
    const key = ++keys;
    await write(bidWrite(key, 1));
    const { changes } = await write(bidWrite(key, 2, { bidMicros: 250 }));
    expect(changes[0]).toMatchObject({ kind: "update", oldVersion: v(1), newVersion: v(2) });
    expect(dirty(changes[0])).toEqual(["bidMicros"]);
  });

  test("a newer version of the same content moves the version and dirties nothing", async () => {
    const key = ++keys;
    await write(bidWrite(key, 1));
    const { changes } = await write(bidWrite(key, 2));
    expect(changes).toMatchObject([{ mask: 0, oldVersion: v(1), newVersion: v(2) }]);
  });

  test("the first write of a group has the group's whole mask, null columns included", async () => {
    const key = ++keys;
    await write(bidWrite(key, 1));
    const columns = { clickRate: null, impressions: 5n, extra: null };
    const { changes } = await write(
      new WriteSetBuilder().write(SampleGroup, "signals", { key, version: v(1), columns }).build(),
    );
    expect(changes[0]).toMatchObject({ kind: "update", oldVersion: 0n });
    expect(dirty(changes[0])).toEqual(["clickRate", "impressions", "extra"]);
  });

  test("a stale write changes nothing and is counted", async () => {
    const key = ++keys;
    await write(bidWrite(key, 5, { bidMicros: 500 }));
    expect(await write(bidWrite(key, 4, { bidMicros: 400 }))).toEqual({
      changes: [],
      stale: 1,
      repeated: 0,
      conflicts: [],
    });
    expect((await group(key))?.columns.bidMicros).toBe(500);
  });

  test("the same write again is told as repeated, another content under its version as a conflict", async () => {
    const key = ++keys;
    await write(bidWrite(key, 5, { bidMicros: 500 }));
    expect(await write(bidWrite(key, 5, { bidMicros: 500 }))).toMatchObject({ changes: [], stale: 0, repeated: 1 });
    const { conflicts, changes } = await write(bidWrite(key, 5, { bidMicros: 501 }));
    expect(changes).toEqual([]);
    expect(conflicts).toEqual([{ entity: "sample_group", group: "bid", key, version: v(5) }]);
    expect((await group(key))?.columns.bidMicros).toBe(500);
  });

  test("producers of two groups do not drop each other's writes", async () => {
    const key = ++keys;
    await write(bidWrite(key, 900));
    const columns = { clickRate: 0.25, impressions: 2n ** 60n, extra: { topic: "tea", weight: 1.5, none: null } };
    await write(new WriteSetBuilder().write(SampleGroup, "signals", { key, version: v(3), columns }).build());
    const row = await group(key);
    expect(row?.columns).toMatchObject({ bidMicros: 100, ...columns });
    expect(row?.versions).toMatchObject({ bid: v(900), signals: v(3) });
  });

  test("a deleted row is not read, its older writes do not bring it back, a restore does", async () => {
    const key = ++keys;
    await write(bidWrite(key, 1, { campaignId: "a" }));
    const gone = await write(new WriteSetBuilder().delete(SampleGroup, { key, version: v(7) }).build());
    expect(gone.changes).toMatchObject([{ kind: "delete", group: "presence", mappingBefore: ["a"] }]);
    expect(gone.changes[0]?.mask).toBe(SampleGroup.mask);
    expect(await group(key)).toBeUndefined();
    await write(bidWrite(key, 2, { bidMicros: 222, campaignId: "a" }));
    expect(await group(key)).toBeUndefined();
    expect(await write(new WriteSetBuilder().restore(SampleGroup, { key, version: v(6) }).build())).toMatchObject({
      stale: 1,
    });
    const back = await write(new WriteSetBuilder().restore(SampleGroup, { key, version: v(8) }).build());
    expect(back.changes).toMatchObject([{ kind: "insert", mappingAfter: ["a"] }]);
    expect((await group(key))?.columns.bidMicros).toBe(222);
  });

  test("a delete that comes before the row leaves a tombstone", async () => {
    const key = ++keys;
    const { changes } = await write(new WriteSetBuilder().delete(SampleGroup, { key, version: v(7) }).build());
    expect(changes).toMatchObject([{ kind: "delete", oldVersion: 0n, newVersion: v(7) }]);
    await write(bidWrite(key, 1));
    expect(await group(key)).toBeUndefined();
  });

  test("a row that moves carries its old and its new mapping value; others carry none", async () => {
    const key = ++keys;
    const inserted = await write(bidWrite(key, 1, { campaignId: "a" }));
    expect(inserted.changes[0]).toMatchObject({ mappingAfter: ["a"] });
    expect(inserted.changes[0]).not.toHaveProperty("mappingBefore");
    const moved = await write(bidWrite(key, 2, { campaignId: "b" }));
    expect(moved.changes[0]).toMatchObject({ mappingBefore: ["a"], mappingAfter: ["b"] });
    const stayed = await write(bidWrite(key, 3, { bidMicros: 9, campaignId: "b" }));
    expect(stayed.changes[0]).not.toHaveProperty("mappingAfter");
  });

  test("a blob has its own version and bit, and reads back byte for byte", async () => {
    const key = ++keys;
    const blob = (sequence: number, bytes: readonly number[]) =>
      new WriteSetBuilder()
        .write(SampleGroup, "embedding", { key, version: v(sequence), columns: { embedding: U8Column.from(bytes) } })
        .build();
    await write(bidWrite(key, 1));
    expect(dirty((await write(blob(3, [0, 255, 92]))).changes[0])).toEqual(["embedding"]);
    expect((await write(blob(4, [0, 255, 92]))).changes[0]?.mask).toBe(0);
    expect(await write(blob(3, [1]))).toMatchObject({ stale: 1 });
    const row = await group(key);
    expect(row?.versions.embedding).toBe(v(4));
    expect([0, 1, 2].map((index) => row?.columns.embedding?.at(index))).toEqual([0, 255, 92]);
  });

  test("one transaction has one batch, a transaction that changed nothing or failed has none", async () => {
    const key = ++keys;
    await under.repo.tx(async (tx) => {
      await tx.write(bidWrite(key, 1));
      await tx.write(bidWrite(key, 2, { bidMicros: 7 }));
    });
    await write(bidWrite(key, 1));
    const failing = under.repo.tx(async (tx) => {
      await tx.write(bidWrite(key, 3));
      throw new Error("the work changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    await write(bidWrite(++keys, 1));
    const batches = (await readAll(under.feed, 1)).map((batch) =>
      batch.changes.map((change) => `${change.key} ${change.newVersion}`),
    );
    expect(batches.filter((changes) => changes.some((text) => text.startsWith(`${key} `)))).toEqual([
      [`${key} ${v(1)}`, `${key} ${v(2)}`],
    ]);
  });

  test("the lanes of a batch are its groups' classes, or the one that was asked for", async () => {
    const key = ++keys;
    const signals = (sequence: number) =>
      new WriteSetBuilder()
        .write(SampleGroup, "signals", {
          key,
          version: v(sequence),
          columns: { clickRate: 1, impressions: 1n, extra: null },
        })
        .build();
    await write(bidWrite(key, 1));
    await write(signals(1));
    await write({
      sample_group: {
        ...bidWrite(key, 2).sample_group,
        groups: { ...bidWrite(key, 2).sample_group?.groups, ...signals(2).sample_group?.groups },
      },
    });
    await write(bidWrite(key, 3), { lane: "low" });
    const batches = await readAll(under.feed, 1);
    const lanes = batches
      .filter((batch) => batch.changes.some((change) => change.key === key))
      .map((batch) => batch.lanes);
    expect(lanes).toEqual([["high"], ["medium"], ["high", "medium"], ["low"]]);
  });

  test("a caller's transaction holds its own write and ours, or neither", async () => {
    const key = ++keys;
    await under.transaction((tx) => under.repo.write(tx, bidWrite(key, 1)));
    const failing = under.transaction(async (tx) => {
      await under.repo.write(tx, bidWrite(key, 2, { bidMicros: 222 }));
      throw new Error("the outbox is full");
    });
    await expect(failing).rejects.toThrow("outbox");
    expect((await group(key))?.columns.bidMicros).toBe(100);
  });

  test("a caller's transaction joins one write set", async () => {
    const key = ++keys;
    const twice = under.transaction(async (tx) => {
      await under.repo.write(tx, bidWrite(key, 1));
      await under.repo.write(tx, bidWrite(key, 2));
    });
    await expect(twice).rejects.toMatchObject({ code: "TENON1524" });
    expect(await group(key)).toBeUndefined();
  });

  test("write sets that fit no declaration are refused whole", async () => {
    const wrong: readonly unknown[] = [
      { no_such_entity: {} },
      { sample_group: { groups: { bid: [{ key: 1, version: 1n, columns: { bidMicros: 1 } }] } } },
      {
        sample_group: {
          groups: { bid: [{ key: "1", version: 1n, columns: { bidMicros: 1, campaignId: null, paused: true } }] },
        },
      },
      { sample_group: { deletes: [{ key: 1, version: 0n }] } },
      {
        sample_campaign: {
          groups: { budget: [{ key: "a\0b", version: 1n, columns: { budgetMicros: 1, status: "on" } }] },
        },
      },
    ];
    for (const writeSet of wrong)
      await expect(write(writeSet as WriteSet)).rejects.toMatchObject({ code: "TENON1521" });
    const key = ++keys;
    const twice = new WriteSetBuilder()
      .delete(SampleGroup, { key, version: v(1) })
      .restore(SampleGroup, { key, version: v(2) });
    await expect(write(twice.build())).rejects.toMatchObject({ code: "TENON1522" });
  });

  test("text keys and columns of any characters come back as they were", async () => {
    const key = "Ünïcode 'quoted' \\ back\ttab 💡";
    const columns = { budgetMicros: Number.MAX_SAFE_INTEGER, status: "off" as const };
    await write(
      new WriteSetBuilder().write(SampleCampaign, "budget", { key, version: versionOf(7, 1), columns }).build(),
    );
    const rows = await under.repo.read([CampaignBudget], (snapshot) => snapshot.rows(CampaignBudget, [key, "missing"]));
    expect(rows).toEqual([{ key, columns, versions: { budget: versionOf(7, 1) } }]);
  });

  test("only declared reads are answered", async () => {
    const undeclared = under.repo.read([GroupBid], (snapshot) => snapshot.rows(GroupAll, [1]));
    await expect(undeclared).rejects.toMatchObject({ code: "TENON1525" });
    const noLookup = under.repo.read([GroupBid], (snapshot) => snapshot.rowsBy(GroupBid, "bidMicros", [1]));
    await expect(noLookup).rejects.toMatchObject({ code: "TENON1525" });
    const tooMany = under.repo.read([GroupBid], (snapshot) =>
      snapshot.rows(
        GroupBid,
        Array.from({ length: 10_001 }, (_, at) => at),
      ),
    );
    await expect(tooMany).rejects.toMatchObject({ code: "TENON1526" });
  });

  test("rows are found by a lookup column, and read page by page in key order", async () => {
    keys += 10;
    const at = keys;
    for (const offset of [3, 1, 2]) await write(bidWrite(at + offset, 1, { campaignId: `lookup-${at}` }));
    const found = await under.repo.read([GroupBid], (snapshot) =>
      snapshot.rowsBy(GroupBid, "campaignId", [`lookup-${at}`]),
    );
    expect(found.map((row) => row.key)).toEqual([at + 1, at + 2, at + 3]);
    const keysAfter = (after: number | undefined, keysMax: number) =>
      under.repo.read([GroupBid], (snapshot) =>
        snapshot.keysBy(GroupBid, "campaignId", [`lookup-${at}`, "another"], { after, keysMax }),
      );
    expect(await keysAfter(undefined, 2)).toEqual([at + 1, at + 2]);
    expect(await keysAfter(at + 2, 2)).toEqual([at + 3]);
    expect(await keysAfter(at + 3, 2)).toEqual([]);
    await expect(keysAfter(undefined, 10_001)).rejects.toMatchObject({ code: "TENON1526" });
    const page = await under.repo.read([GroupBid], (snapshot) =>
      snapshot.page(GroupBid, { after: at + 1, rowsMax: 2 }),
    );
    expect(page.map((row) => row.key)).toEqual([at + 2, at + 3]);
    keys += 10;
  });
}
