/** What only a database shows: the guard, old and new layouts, plans, COPY, repairs. */
import { U8Column } from "@tenon/graph-core";
import { type Statement, sqlStateOf, type Transaction } from "@tenon/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type OwnServer, openTestRepo, ownServer, type TestRepo } from "../../test/own-server.ts";
import { type AnyEntity, entity } from "../api/entity.ts";
import { columnsOfMask } from "../api/mask.ts";
import { read } from "../api/read.ts";
import { versionOf } from "../api/version.ts";
import type { GroupWrite } from "../api/write-set.ts";
import { WriteSetBuilder } from "../api/write-set-builder.ts";
import { chainBreaks, GroupAll, GroupBid, readAll, SAMPLE_ENTITIES, SampleGroup } from "../conformance/index.ts";
import { bidWrite } from "../conformance/write-contract.ts";
import { requireIndexPlans, wholeTableScans } from "./index-plan.ts";
import { installRepo } from "./install.ts";
import { LockFirstDialect } from "./lock-first-dialect.ts";
import { sqlSnapshot } from "./read-path.ts";
import { ReturningDialect } from "./returning-dialect.ts";
import { collectTombstones, tombstonesOf } from "./tombstones.ts";

let own: OwnServer;
let under: TestRepo;
beforeAll(async () => {
  own = await ownServer();
});
afterAll(() => own.stop());
beforeEach(async () => {
  under = await own.open();
  return () => under.close();
});

const write = (...args: Parameters<typeof bidWrite>) => under.repo.tx((tx) => tx.write(bidWrite(...args)));
async function storedBid(key: number): Promise<bigint | undefined> {
  const [row] = await under.database.query<{ bid: bigint }>(
    "select bid_micros as bid from repo.sample_group where id = $1",
    [key],
  );
  return row?.bid;
}

describe("the guard", () => {
  const statements = [
    "insert into repo.sample_group (id) values (2)",
    "update repo.sample_group set bid_micros = 1",
    "delete from repo.sample_group",
    "truncate repo.sample_group",
    "insert into repo.sample_group_blob (id, kind) values (1, 'embedding')",
  ];

  test("refuses every kind of statement past the repository", async () => {
    await write(1, 1);
    for (const statement of statements) {
      const refused = under.database.execute(statement);
      await expect(refused).rejects.toThrow("TENON1523");
      await expect(refused.catch(sqlStateOf)).resolves.toBe("TN523");
    }
    expect(await storedBid(1)).toBe(100n);
  });

  test("closes again in the caller's transaction, whether or not the write set changed anything", async () => {
    await write(1, 5);
    for (const sequence of [6, 2]) {
      const raw = under.database.transaction(async (tx) => {
        await under.repo.write(tx, bidWrite(1, sequence));
        await tx.execute("update repo.sample_group set bid_micros = 1");
      });
      await expect(raw).rejects.toThrow("TENON1523");
    }
  });

  test("of a table made before is replaced by a migration", async () => {
    const { database } = under;
    await database.execute("drop trigger guard on repo.sample_group");
    await database.execute(`create trigger guard after insert or update or delete on repo.sample_group for each statement
      when (current_setting('tenon.repo_write', true) is distinct from 'on')
      execute function repo.refuse_unrecorded_write()`);
    await expect(write(1, 1)).rejects.toThrow("TENON1523");
    await database.execute("delete from tenon_migration where component = 'storage-repo' and version = 2");
    await installRepo(database, SAMPLE_ENTITIES);
    await write(1, 1);
    await expect(database.execute("delete from repo.sample_group")).rejects.toThrow("TENON1523");
  });

  test("does not stay open on the connection", async () => {
    for (let round = 0; round < 20; round++) await write(1, round + 1);
    const raw = Array.from({ length: 16 }, () => under.database.execute("update repo.sample_group set bid_micros = 1"));
    for (const outcome of await Promise.allSettled(raw)) expect(outcome.status).toBe("rejected");
  });

  test("lets a repair through, logged with its reason and told with every column", async () => {
    await write(1, 1);
    await write(2, 1);
    await under.repo.admin("bids of test accounts were in cents", (admin) =>
      admin.execute(
        SampleGroup,
        "update repo.sample_group set bid_micros = bid_micros * 10000 where id = $1 returning id",
        [1],
      ),
    );
    expect(await storedBid(1)).toBe(1_000_000n);
    const [log] = await under.database.query<{ reason: string; rows: bigint }>(
      "select reason, rows from repo.admin_log",
    );
    expect(log).toEqual({ reason: "bids of test accounts were in cents", rows: 1n });
    const batches = await readAll(under.feed(), 3);
    expect(batches.at(-1)?.changes).toMatchObject([{ key: 1, mask: SampleGroup.mask }]);
    expect(chainBreaks(batches)).toEqual([]);
  });
});

describe("declarations that change", () => {
  const base = { owner: "ads-storage", purpose: "a row whose declaration changes", key: z.int() } as const;
  const group = { owner: "ads-storage", class: "control" } as const;
  const Before = entity("changing", {
    ...base,
    groups: { facts: { ...group, columns: { first: z.int(), second: z.string(), gone: z.int() } } },
  });
  const After = entity("changing", {
    ...base,
    groups: {
      extra: { ...group, columns: { added: z.boolean() } },
      facts: { ...group, columns: { renamed: z.string(), first: z.int() }, renamed: { renamed: "second" } },
    },
  });
  const facts = (sequence: number, columns: { first: number; second: string; gone: number }) =>
    new WriteSetBuilder().write(Before, "facts", { key: 1, version: versionOf(0, sequence), columns }).build();

  test("columns are added and renamed in place, rows stay, and a second install does nothing", async () => {
    const before = await openTestRepo(under.url, { entities: [Before] });
    await before.repo.tx((tx) => tx.write(facts(1, { first: 1, second: "kept", gone: 3 })));
    const after = await openTestRepo(under.url, { entities: [After] });
    const Facts = read(After, ["renamed", "first", "added"]);
    const rows = await after.repo.read([Facts], (snapshot) => snapshot.rows(Facts, [1]));
    expect(rows[0]?.columns).toEqual({ renamed: "kept", first: 1, added: null });
    expect((await installRepo(after.database, [After])).statements).toEqual([]);
    await before.close();
    await after.close();
  });

  test("masks of old batches are read with the bits of today, by name", async () => {
    const before = await openTestRepo(under.url, { entities: [Before] });
    await before.repo.tx((tx) => tx.write(facts(1, { first: 1, second: "a", gone: 3 })));
    await before.repo.tx((tx) => tx.write(facts(2, { first: 1, second: "b", gone: 4 })));
    const after = await openTestRepo(under.url, { entities: [After] });
    const batches = await readAll(after.feed({ entities: [After] }), 2);
    const dirty = batches.map((batch) => columnsOfMask(After, batch.changes[0]?.mask ?? 0));
    expect(dirty).toEqual([["added", "renamed", "first"], ["renamed"]]);
    await before.close();
    await after.close();
  });

  test("a layout that is added while a feed is open is loaded when its first batch comes", async () => {
    const reader = await under
      .feed({ openReplication: under.replication, entities: [...SAMPLE_ENTITIES, Before] })
      .open({ consumer: "layout", from: "now" });
    await reader.pull({ batchesMax: 1, waitMs: 0 });
    await write(1, 1);
    const before = await openTestRepo(under.url, { entities: [Before] });
    await before.repo.tx((tx) => tx.write(facts(1, { first: 1, second: "a", gone: 3 })));
    await under.database.execute("alter table repo.change_batch add column note text default 'later'");
    await write(1, 2);
    const seen: string[] = [];
    while (seen.length < 3) {
      const { batches } = await reader.pull({ batchesMax: 10, waitMs: 5_000 });
      seen.push(...batches.flatMap((batch) => batch.changes.map((change) => `${change.entity} ${change.group}`)));
    }
    expect(seen).toEqual(["sample_group bid", "changing facts", "sample_group bid"]);
    await reader.close();
    await before.close();
  });

  test("a column of another type is refused before anything is changed", async () => {
    const before = await openTestRepo(under.url, { entities: [Before] });
    const Other = entity("changing", {
      ...base,
      groups: { facts: { ...group, columns: { first: z.string(), fresh: z.int() } } },
    });
    await expect(openTestRepo(under.url, { entities: [Other] })).rejects.toMatchObject({ code: "TENON1527" });
    const [columns] = await before.database.query<{ count: bigint }>(
      "select count(*) as count from information_schema.columns where table_schema = 'repo' and table_name = 'changing' and column_name = 'fresh'",
    );
    expect(columns?.count).toBe(0n);
    await before.close();
  });

  test("two installers at once make one repository", async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => openTestRepo(under.url, { entities: [Before] })));
    const [layouts] = await under.database.query<{ count: bigint }>("select count(*) as count from repo.change_layout");
    expect(layouts?.count).toBe(2n);
    for (const opened of outcomes) await opened.close();
  });
});

describe("planted in the statements", () => {
  /** Edits the text of every statement. */
  class EditedDialect extends ReturningDialect {
    readonly #edit: (text: string) => string;
    constructor(edit: (text: string) => string) {
      super();
      this.#edit = edit;
    }
    protected override statement(token: AnyEntity, what: string, text: () => string): Statement {
      return super.statement(token, what, () => this.#edit(text()));
    }
  }

  test("versions compared with <= instead of <: a repeated write is told as a change, and the ledger of versions breaks", async () => {
    const edited = await own.open({ dialect: new EditedDialect((text) => text.replace(/< excluded/, "<= excluded")) });
    const twice = bidWrite(1, 1);
    await edited.repo.tx((tx) => tx.write(twice));
    expect((await edited.repo.tx((tx) => tx.write(twice))).repeated).toBe(0);
    expect(chainBreaks(await readAll(edited.feed(), 2))).toEqual([]);
    const changes = (await readAll(edited.feed(), 2)).flatMap((batch) => batch.changes);
    expect(changes.filter((change) => change.newVersion <= change.oldVersion)).toHaveLength(1);
    await edited.close();
  });

  test("no guard on versions: a stale write wins, and the chain breaks", async () => {
    const edited = await own.open({
      dialect: new EditedDialect((text) => text.replace(/\nwhere stored.*< excluded.*\n/, "\n")),
    });
    for (const sequence of [1, 3, 2])
      await edited.repo.tx((tx) => tx.write(bidWrite(1, sequence, { bidMicros: sequence })));
    const changes = (await readAll(edited.feed(), 3)).flatMap((batch) => batch.changes);
    expect(changes.filter((change) => change.newVersion <= change.oldVersion)).toHaveLength(1);
    await edited.close();
  });

  test("columns compared with <> instead of IS DISTINCT FROM: a change from null is clean, and the mask says so", async () => {
    const edited = await own.open({ dialect: new EditedDialect((text) => text.replace(/is distinct from/g, "<>")) });
    const dirty = async (repo: TestRepo["repo"]) => {
      await repo.tx((tx) => tx.write(bidWrite(1, 1, { campaignId: null })));
      const { changes } = await repo.tx((tx) => tx.write(bidWrite(1, 2, { campaignId: "a" })));
      return columnsOfMask(SampleGroup, changes[0]?.mask ?? 0);
    };
    expect(await dirty(under.repo)).toEqual(["campaignId"]);
    expect(await dirty(edited.repo)).toEqual([]);
    await edited.close();
  });

  test("READ COMMITTED instead of one snapshot: inputs are torn between two statements", async () => {
    for (const key of [1, 2]) await write(key, 1, { bidMicros: 1 });
    const readBoth = (isolation: "readCommitted" | "repeatableRead", sequence: number) =>
      under.database.transaction(
        async (tx: Transaction) => {
          const snapshot = sqlSnapshot(tx, [GroupBid]);
          const [first] = await snapshot.rows(GroupBid, [1]);
          await under.repo.tx(async (writer) => {
            for (const key of [1, 2]) await writer.write(bidWrite(key, sequence, { bidMicros: sequence }));
          });
          const [second] = await snapshot.rows(GroupBid, [2]);
          return [first?.columns.bidMicros, second?.columns.bidMicros];
        },
        { isolation },
      );
    expect(await readBoth("repeatableRead", 2)).toEqual([1, 1]);
    expect(await readBoth("readCommitted", 3)).toEqual([2, 3]);
  });
});

describe("plans of invariants", () => {
  test("reads by key and by lookup use an index, on tables of any size", async () => {
    await requireIndexPlans(under.database, [GroupBid, GroupAll]);
    const rows = (function* () {
      for (let key = 1; key <= 3_000; key++) yield bidRow(key, 1);
    })();
    await under.repo.bulk({ entity: SampleGroup, group: "bid" }, rows);
    await under.database.execute("analyze repo.sample_group");
    await requireIndexPlans(under.database, [GroupBid, GroupAll]);
  });

  test("planted: without the lookup's index the plan test names the table", async () => {
    await under.database.execute("drop index repo.sample_group_campaign_id");
    expect(await wholeTableScans(under.database, [GroupBid])).toEqual(["sample_group"]);
    await expect(requireIndexPlans(under.database, [GroupBid])).rejects.toMatchObject({ code: "TENON1544" });
  });
});

function bidRow(key: number, sequence: number, bidMicros = 100): GroupWrite {
  return { key, version: versionOf(0, sequence), columns: { bidMicros, campaignId: `c${key % 7}`, paused: false } };
}

describe.each([
  ["RETURNING", () => new ReturningDialect()],
  ["rows locked first", () => new LockFirstDialect()],
])("bulk, %s", (_, dialect) => {
  test("a load has the masks and versions of single writes, one batch per transaction, in the low lane", async () => {
    const one = await own.open({ dialect: dialect() });
    await one.repo.bulk({ entity: SampleGroup, group: "bid" }, [bidRow(1, 5), bidRow(2, 5), bidRow(3, 1)]);
    const result = await one.repo.bulk(
      { entity: SampleGroup, group: "bid" },
      [bidRow(4, 1), bidRow(1, 4), bidRow(2, 6, 200), bidRow(3, 1), bidRow(4, 2)],
      { rowsPerTransaction: 10 },
    );
    expect(result).toEqual({ rows: 5, applied: 2, dropped: 3, transactions: 1 });
    const batches = await readAll(one.feed(), 2);
    expect(batches.map((batch) => batch.lanes)).toEqual([["low"], ["low"]]);
    const changes = batches[1]?.changes.map((change) => [
      change.key,
      change.kind,
      columnsOfMask(SampleGroup, change.mask),
    ]);
    expect(changes).toEqual([
      [2, "update", ["bidMicros"]],
      [4, "insert", SampleGroup.columns.map((column) => column.name)],
    ]);
    await one.close();
  });

  test("every type comes through COPY as through a write set", async () => {
    const one = await own.open({ dialect: dialect() });
    const extra = { "tab\there": 'line\nbreak \\ "quoted" \\N', weight: -1.5e-7, none: null };
    const signals: readonly GroupWrite[] = [
      { key: 1, version: 1n, columns: { clickRate: 0.1, impressions: -(2n ** 63n), extra } },
      { key: 2, version: 1n, columns: { clickRate: null, impressions: 2n ** 63n - 1n, extra: null } },
    ];
    await one.repo.bulk({ entity: SampleGroup, group: "bid" }, [bidRow(1, 1), bidRow(2, 1)]);
    await one.repo.bulk({ entity: SampleGroup, group: "signals" }, signals);
    const embedding = U8Column.from([0, 9, 10, 92, 255]);
    await one.repo.bulk({ entity: SampleGroup, group: "embedding" }, [{ key: 1, version: 1n, columns: { embedding } }]);
    const again = new WriteSetBuilder();
    for (const { key, version, columns } of signals)
      again.write(SampleGroup, "signals", { key: key as number, version, columns: columns as never });
    again.write(SampleGroup, "embedding", { key: 1, version: 1n, columns: { embedding } });
    expect(await one.repo.tx((tx) => tx.write(again.build()))).toEqual({
      changes: [],
      stale: 0,
      repeated: 3,
      conflicts: [],
    });
    await one.close();
  });
});

describe("tombstones", () => {
  test("are removed when they are older than any producer's replay, with their blobs, and nobody is told", async () => {
    const embedding = U8Column.from([1]);
    await under.repo.tx((tx) =>
      tx.write(
        new WriteSetBuilder()
          .write(SampleGroup, "embedding", { key: 1, version: 1n, columns: { embedding } })
          .delete(SampleGroup, { key: 1, version: 2n })
          .build(),
      ),
    );
    await write(2, 1);
    expect(await collectTombstones(under.database, SampleGroup, 3_600_000)).toBe(0);
    const [gone, ...others] = await tombstonesOf(under.database, SampleGroup, [1, 7]);
    expect([gone?.key, gone?.version, others]).toEqual([1, versionOf(0, 2), []]);
    const [clock] = await under.database.query<{ now: number }>(
      "select extract(epoch from clock_timestamp())::float8 * 1000 as now",
    );
    expect(Math.abs((clock?.now ?? 0) - (gone?.deletedAtMs ?? 0))).toBeLessThan(3_600_000);
    expect(await collectTombstones(under.database, SampleGroup, -1)).toBe(1);
    const [left] = await under.database.query<{ rows: bigint; blobs: bigint }>(
      "select (select count(*) from repo.sample_group) as rows, (select count(*) from repo.sample_group_blob) as blobs",
    );
    expect(left).toEqual({ rows: 1n, blobs: 0n });
    expect(await readAll(under.feed(), 2)).toHaveLength(2);
  });
});

test("a change batch does not grow with the width of the rows it tells of", async () => {
  const wide = { topic: "x".repeat(50_000) };
  const signals = (sequence: number, extra: Record<string, string> | null) =>
    new WriteSetBuilder()
      .write(SampleGroup, "signals", {
        key: 1,
        version: versionOf(0, sequence),
        columns: { clickRate: 1, impressions: 1n, extra },
      })
      .build();
  await under.repo.tx((tx) => tx.write(signals(1, null)));
  await under.repo.tx((tx) => tx.write(signals(2, wide)));
  const sizes = await under.database.query<{ bytes: number }>(
    "select length(body::text) as bytes from repo.change_batch order by seq",
  );
  expect(sizes[1]?.bytes).toBeLessThanOrEqual((sizes[0]?.bytes ?? 0) + 5);
});
