import { systemClock } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { AdDocumentRow, AdRow, IndexDeltas } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import type { PostgresWorkStore } from "@tenon/stream-runtime";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CONSUMER, PipelineWorld, waitingBy } from "../../test/pipeline-world.ts";
import { documentSync } from "../document-sync/document-sync.ts";
import { collectGarbageOfDocuments } from "./collect-garbage.ts";

const DAY_MS = 24 * 3_600_000;
const Document = read(AdDocumentRow, ["document", "isServable"]);

let world: PipelineWorld;
let ads: readonly number[];
beforeAll(async () => {
  world = await PipelineWorld.open();
}, 120_000);
afterAll(() => world.close());
/** What is archived or gone already, in the marketplace or by another test, is collected, and its tombstones as far as they go. */
beforeEach(async () => {
  await world.settle();
  await collect(91);
  for (const entity of [AdDocumentRow, AdRow])
    await world.damage(entity, `update repo.${entity.name} set deleted_at_ms = 0 where deleted`);
  await collect(0);
  await world.settle();
  const rows = await world.repo.read([Document], (snapshot) => snapshot.page(Document, { rowsMax: 100 }));
  ads = rows.filter(({ columns }) => columns.isServable).map(({ key }) => key);
});

const ad = (place: number) => ads[place] as number;
const sql = (text: string) => world.server.database.execute(text);
const later = (days: number) => ({ ...systemClock, nowMs: () => systemClock.nowMs() + days * DAY_MS });
const collection = (options: Partial<Parameters<typeof collectGarbageOfDocuments>[0]> = {}) =>
  collectGarbageOfDocuments({ ...world.stores, handlers: ARGUS_HANDLERS, ...options });
const collect = async (days: number, options: Partial<Parameters<typeof collectGarbageOfDocuments>[0]> = {}) =>
  (await world.run(collection({ clock: later(days), ...options }))).result;

async function setStatus(key: number, status: string): Promise<void> {
  await sql(`update ads.ads set status = '${status}' where ad_id = ${key}`);
  await world.tell("ads", key);
}

async function deltasOf(adId: number) {
  const all = await world.values(IndexDeltas);
  return all.filter((delta) => (delta.kind === "delete" ? delta.adId : delta.document.ad.adId) === adId);
}

/** The work store, with something done at a moment of the collection. */
function workWhere(moment: "betweenClaims" | "open", happens: () => Promise<void>): PostgresWorkStore {
  let isDone = false;
  return new Proxy(world.work, {
    get: (store, name) => {
      const member = Reflect.get(store, name, store) as unknown;
      if (typeof member !== "function") return member;
      return async (...given: unknown[]) => {
        const result: unknown = await member.apply(store, given);
        if (name === moment && !isDone) {
          isDone = true;
          await happens();
        }
        return result;
      };
    },
  });
}

test("documents go when their ads have been archived or gone for longer than the retention, and serving is told", async () => {
  const { campaign } = (await world.server.database
    .query<{ campaign: bigint }>(
      `select campaign_id as campaign from ads.ads join ads.ad_groups using (ad_group_id) where ad_id = ${ad(2)}`,
    )
    .then(([row]) => row)) as { campaign: bigint };
  await setStatus(ad(0), "archived");
  await setStatus(ad(1), "paused");
  await sql(`delete from ads.ads where ad_id = ${ad(3)}`);
  await world.tell("ads", ad(3));
  await world.settle();
  const told = await deltasOf(ad(3));
  expect(told.at(-1)).toMatchObject({ kind: "delete" });
  expect(await collect(89)).toMatchObject({ archived: 0, gone: 0 });
  expect(await collect(91)).toMatchObject({ archived: 1, gone: 1 });
  await world.settle();
  expect(await world.row(Document, ad(0))).toBeUndefined();
  expect(await world.row(Document, ad(3))).toBeUndefined();
  expect((await world.row(Document, ad(1)))?.columns["isServable"]).toBe(true);
  expect((await deltasOf(ad(0))).at(-1)).toMatchObject({ kind: "delete" });
  // It was told when it went.
  expect(await deltasOf(ad(3))).toEqual(told);
  // Whatever is above an ad archives it.
  await sql(`update ads.campaigns set status = 'archived' where campaign_id = ${campaign}`);
  await world.tell("campaigns", Number(campaign));
  await world.settle();
  expect((await collect(91))["archived"]).toBeGreaterThan(0);
  expect(await world.row(Document, ad(2))).toBeUndefined();
  // What was collected is not missed.
  await world.settle();
  const sync = documentSync({
    ...{ ...world.stores, handlers: ARGUS_HANDLERS, consumer: CONSUMER, clock: waitingBy(() => {}) },
  });
  expect((await world.run(sync)).result).toMatchObject({ unsynced: 0 });
});

test("an archived ad that comes back is served again, whole, above the version at which it went", async () => {
  await setStatus(ad(0), "archived");
  await world.settle();
  const before = await deltasOf(ad(0));
  expect(await collect(91)).toMatchObject({ archived: 1 });
  await world.settle();
  expect(await collect(200)).toMatchObject({ archived: 0 });
  await setStatus(ad(0), "active");
  await world.settle();
  expect((await world.row(Document, ad(0)))?.columns["isServable"]).toBe(true);
  const [gone, back] = (await deltasOf(ad(0))).slice(before.length);
  expect(gone).toMatchObject({ kind: "delete" });
  expect(back).toMatchObject({ kind: "upsert", document: { ad: { status: "active" } } });
  const versions = [gone?.kind === "delete" && gone.version, back?.kind === "upsert" && back.document.ad.version];
  expect(versions[0]).toBeLessThan(versions[1] as number);
});

test.each([
  ["before the snapshot, all the way", "betweenClaims", "settled", 0],
  ["after the snapshot, all the way", "open", "settled", 0],
  ["after the snapshot, and its runs come later", "open", "waits", 1],
] as const)("an ad that comes back %s keeps or gets its document", async (_, moment, how, archived) => {
  await setStatus(ad(0), "archived");
  await world.settle();
  const work = workWhere(moment, async () => {
    await setStatus(ad(0), "active");
    if (how === "settled") await world.settle();
    else await world.settle({ handlers: false });
  });
  expect(await collect(91, { work })).toMatchObject({ archived });
  await world.settle();
  expect((await world.row(Document, ad(0)))?.columns["isServable"]).toBe(true);
  expect((await deltasOf(ad(0))).at(-1)).toMatchObject({ kind: "upsert", document: { ad: { status: "active" } } });
});

test("a run that was claimed before the delete was written, and commits after it, still brings the ad back", async () => {
  await setStatus(ad(0), "archived");
  await world.settle();
  let restores: { readonly key: number; readonly version: bigint }[] = [];
  const work = workWhere("open", async () => {
    await setStatus(ad(0), "active");
    await world.settle({ handlers: false });
    const claimed = await world.work.claim({ handlers: ["ad-delivery"], lane: "high", itemsMax: 1, leaseMs: 1 });
    restores = claimed.map(({ claim }) => ({ key: ad(0), version: BigInt(claim) }));
  });
  expect(await collect(91, { work })).toMatchObject({ archived: 1 });
  expect(restores).toHaveLength(1);
  await world.repo.tx((tx) => tx.write({ ad_document: { restores } }));
  expect(await world.row(Document, ad(0))).toBeDefined();
});

test("a document that somebody is at is left to the next collection", async () => {
  await setStatus(ad(0), "archived");
  await world.settle();
  const item = { handler: "ad-landing", key: ad(0), lane: "low" as const, upTo: 0n, rounds: 0 };
  const once = { isolation: "readCommitted", attemptsMax: 1 } as const;
  await world.work.transaction((tx) => world.work.add(tx, [item]), once);
  expect(await collect(91)).toMatchObject({ archived: 0 });
  await world.settle();
  expect(await collect(91)).toMatchObject({ archived: 1 });
});

test("tombstones go after the replay window, but those of documents not while their ad is there", async () => {
  await setStatus(ad(0), "archived");
  await sql(`delete from ads.ads where ad_id = ${ad(1)}`);
  await world.tell("ads", ad(1));
  await world.settle();
  expect(await collect(91)).toMatchObject({ archived: 1, gone: 1, tombstones: { ad_document: 0, ad: 0 } });
  const age = (entity: typeof AdRow | typeof AdDocumentRow, days: number) =>
    world.damage(
      entity,
      `update repo.${entity.name} set deleted_at_ms = deleted_at_ms - ${days * DAY_MS} where deleted`,
    );
  await age(AdDocumentRow, 15);
  await age(AdRow, 15);
  expect(await collect(0)).toMatchObject({ tombstones: { ad_document: 1, ad: 0 } });
  await age(AdRow, 76);
  expect(await collect(0)).toMatchObject({ tombstones: { ad_document: 0, ad: 1 } });
  await setStatus(ad(0), "active");
  await world.settle();
  expect((await world.row(Document, ad(0)))?.columns["isServable"]).toBe(true);
});

test("a run that was killed goes on after its last slice", async () => {
  for (const key of ads.slice(0, 9)) await setStatus(key, "archived");
  await world.settle();
  const { looked } = await collect(0);
  const sliced = collection({ clock: later(91), documentsPerSlice: 4 });
  const saved = await world.killedAt(2, sliced);
  expect((await world.run(sliced, { saved })).result).toMatchObject({ looked, archived: 9 });
  expect(await collect(91)).toMatchObject({ looked: (looked as number) - 9, archived: 0 });
});

test("a retention or a replay window that would lose what can still come is refused", () => {
  const refused = (name: string) =>
    expect.objectContaining({ code: "TENON1658", message: expect.stringContaining(name) });
  expect(() => collection({ retentionMs: 0 })).toThrowError(refused("retentionMs"));
  expect(() => collection({ replayWindowMs: 6 * DAY_MS })).toThrowError(refused("replayWindowMs"));
});
