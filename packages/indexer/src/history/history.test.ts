import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderStore } from "@tenon/ad-index/publish";
import { systemClock, type U8Column } from "@tenon/graph-core";
import { AdDocumentRow, AdRow, CampaignRow } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { parquetReadObjects } from "hyparquet";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { PipelineWorld } from "../../test/pipeline-world.ts";
import { ENTITIES } from "../host/open-stores.ts";
import { history } from "./history.ts";
import { listSnapshots } from "./snapshot-catalogue.ts";

let world: PipelineWorld;
let folder: string;
let store: FolderStore;
beforeAll(async () => {
  world = await PipelineWorld.open();
}, 120_000);
afterAll(() => world.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-history-"));
  store = new FolderStore(join(folder, "store"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const Document = read(AdDocumentRow, ["title", "bid", "floorMicros", "isServable", "document", "vector"]);
const workflow = (options: Partial<Parameters<typeof history>[0]> = {}) =>
  history({ database: world.server.database, entities: ENTITIES, store, workFolder: join(folder, "work"), ...options });
const keysIn = async (prefix: string) => (await store.list(prefix)).map(({ key }) => key);

async function fileOf(object: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await store.get(object))?.chunks ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a snapshot holds every row of the table, read back column by column", async () => {
  const { result } = await world.run(workflow());
  const [snapshot, ...others] = await listSnapshots(store);
  const [table] = snapshot?.tables ?? [];
  expect([others, snapshot?.tables.length]).toEqual([[], 1]);
  const file = await fileOf(table?.object ?? "");
  expect(createHash("sha256").update(file).digest("hex")).toBe(table?.sha256);
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
  const found = await parquetReadObjects({ file: bytes, utf8: false });
  const stored = await world.repo.read([Document], (snap) => snap.page(Document, { rowsMax: 1_000 }));
  expect(result).toMatchObject({ tables: 1, rows: stored.length, snapshot: snapshot?.name });
  expect(found.length).toBe(stored.length);
  for (const [index, row] of stored.entries()) {
    const held = found[index] as Record<string, unknown>;
    const { title, bid, floorMicros, isServable, document, vector } = row.columns;
    expect(held).toMatchObject({ key: BigInt(row.key), title, isServable, version_offer: row.versions["offer"] });
    expect(held["floorMicros"]).toBe(floorMicros === null ? null : BigInt(floorMicros));
    expect([JSON.parse(held["bid"] as string), JSON.parse((held["document"] as string) ?? "null")]).toEqual([
      bid,
      document,
    ]);
    const components = held["vector"] as Uint8Array | null;
    expect(components === null ? null : [...components]).toEqual(vector === null ? null : bytesOf(vector as U8Column));
  }
  expect(readdirSync(join(folder, "work", "history"))).toEqual([]);
});

test("equal tables are one object, and of snapshots the newest stay with their files alone", async () => {
  const at = (day: number) => ({ ...systemClock, nowMs: () => Date.UTC(2026, 0, day) });
  const campaigns = { options: { tables: "campaign,ad" } };
  await world.run(workflow({ clock: at(1), snapshotsKept: 2 }), campaigns);
  await world.run(workflow({ clock: at(2), snapshotsKept: 2 }), campaigns);
  expect((await keysIn("history/objects/")).length).toBe(2);
  const rename = "update repo.campaign set name = 'Renamed' where id = (select min(id) from repo.campaign)";
  await world.damage(CampaignRow, rename);
  const { result } = await world.run(workflow({ clock: at(3), snapshotsKept: 2 }), campaigns);
  expect(result).toMatchObject({ removed: { snapshots: 1, objects: 0 } });
  expect((await keysIn("history/objects/")).length).toBe(3);
  const last = await world.run(workflow({ clock: at(4), snapshotsKept: 2 }), campaigns);
  expect(last.result).toMatchObject({ removed: { snapshots: 1, objects: 1 } });
  const kept = await listSnapshots(store);
  expect(kept.map(({ takenAtMs }) => new Date(takenAtMs).getUTCDate())).toEqual([3, 4]);
  expect(new Set(kept.flatMap(({ tables }) => tables.map(({ object }) => object)))).toEqual(
    new Set(await keysIn("history/objects/")),
  );
});

test("a run that was killed goes on with the tables that are left, under its first name", async () => {
  const tables = { tables: "campaign,ad,creative" };
  const saved = await world.killedAt(2, workflow(), tables);
  expect(await listSnapshots(store)).toEqual([]);
  const before = await store.list("history/objects/");
  const { result } = await world.run(workflow(), { options: tables, saved });
  const [snapshot] = await listSnapshots(store);
  expect(snapshot?.name).toBe((saved as { readonly name: string }).name);
  expect(result).toMatchObject({ snapshot: snapshot?.name, tables: 3 });
  expect(new Set(snapshot?.tables.map(({ entity }) => entity))).toEqual(new Set(["campaign", AdRow.name, "creative"]));
  // The files that were there were not written again.
  const after = await store.list("history/objects/");
  expect(after.filter(({ key }) => before.some((old) => old.key === key))).toEqual(before);
});

test("a damaged manifest is told by name, and nothing is deleted for it", async () => {
  await world.run(workflow({ snapshotsKept: 1 }));
  await store.putIfAbsent("history/snapshots/20260101000000-9.json", new TextEncoder().encode("{"));
  const objects = await keysIn("history/objects/");
  const broken = { code: "TENON1659", message: expect.stringContaining("20260101000000-9") };
  await expect(world.run(workflow({ snapshotsKept: 1 }))).rejects.toMatchObject(broken);
  expect(await keysIn("history/objects/")).toEqual(objects);
});

test("a history that keeps nothing, and a table that is not there, are refused", async () => {
  expect(() => workflow({ snapshotsKept: 0 })).toThrowError(expect.objectContaining({ code: "TENON1658" }));
  expect(() => workflow({ tables: ["documents"] })).toThrowError(expect.objectContaining({ code: "TENON1650" }));
  const refused = { code: "TENON1652", detail: expect.stringContaining("ad_document") };
  await expect(world.run(workflow(), { options: { tables: "documents" } })).rejects.toMatchObject(refused);
});

function bytesOf(column: U8Column): readonly number[] {
  return Array.from({ length: column.length }, (_, index) => column.at(index));
}
