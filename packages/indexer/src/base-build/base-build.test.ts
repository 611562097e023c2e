/** Bases of a small marketplace on a real Postgres. Threads, kills and the whole way to an index are tested elsewhere. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ObjectStore, openObjectStore, readCatalogue } from "@tenon/ad-index/publish";
import { bind, systemClock } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { AdDocumentRow, IndexDeltas, LandingPagesResource } from "@tenon/nodes";
import { joinBase, withBase } from "@tenon/storage-repo";
import { read } from "@tenon/storage-repo/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PipelineWorld } from "../../test/pipeline-world.ts";
import { handlersOfAds } from "../argus/handlers-of-ads.ts";
import { collectGarbageOfDocuments } from "../collect-garbage/collect-garbage.ts";
import { RunStore } from "../workflows/run-store.ts";
import { runWorkflows } from "../workflows/run-workflows.ts";
import { baseBuild } from "./base-build.ts";
import { PartDeriver } from "./derive-part.ts";

const DAY_MS = 24 * 3_600_000;
const LOOK_MS = 5;
const Document = read(AdDocumentRow, ["isServable"]);
const EVERYTHING = { after: undefined, upTo: undefined };

let world: PipelineWorld;
let folder: string;
let bases: ObjectStore;
beforeAll(async () => {
  world = await PipelineWorld.open();
  folder = await mkdtemp(join(tmpdir(), "tenon-base-build-"));
  bases = openObjectStore(`file://${join(folder, "bases")}`, {});
}, 120_000);
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a base of now would hold. */
function derived() {
  const { database } = world.server;
  const check = async () => world.landing;
  const resources = { landingPages: bind(LandingPagesResource, { value: { check } }) };
  const deriver = new PartDeriver({ handlers: handlersOfAds(ARGUS_HANDLERS), resources });
  return withBase({ database }, ({ exported }) =>
    joinBase({ database, exported, reads: deriver.reads }, (snapshot, tx) => deriver.derive(snapshot, tx, EVERYTHING)),
  );
}

async function setStatus(key: number, status: string): Promise<void> {
  await world.server.database.execute(`update ads.ads set status = '${status}' where ad_id = ${key}`);
  await world.tell("ads", key);
}

test("an archived ad whose document was collected is no part of a base; one that came back is, before its run has come", async () => {
  const rows = await world.repo.read([Document], (snapshot) => snapshot.page(Document, { rowsMax: 100 }));
  const [away, back, kept] = rows.filter(({ columns }) => columns.isServable).map(({ key }) => key) as [
    number,
    number,
    number,
  ];
  const before = await derived();
  for (const key of [away, back]) await setStatus(key, "archived");
  await world.settle();
  // Archived, and not yet collected.
  expect((await derived()).ads).toHaveLength(before.ads.length);
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 91 * DAY_MS };
  await world.run(collectGarbageOfDocuments({ ...world.stores, handlers: ARGUS_HANDLERS, clock }));
  await setStatus(back, "active");
  await world.settle({ handlers: false });
  const { ads, deletions, collectedCount, failureCount } = await derived();
  const built = ads.map(({ document: { adId } }) => adId as number);
  expect(built).not.toContain(away);
  expect(built).toEqual(expect.arrayContaining([back, kept]));
  // The marketplace has archived ads of its own.
  const collected = 1 + before.ads.filter(({ document: { status } }) => status === "archived").length;
  expect({ collectedCount, failureCount, ads: ads.length }).toEqual({
    ...{ collectedCount: collected, failureCount: 0, ads: before.ads.length - collected },
  });
  expect(deletions.map(({ adId }) => adId)).not.toContain(away);
});

test("a document whose ad is gone is a deletion of the base, at the version that was published", async () => {
  const rows = await world.repo.read([Document], (snapshot) => snapshot.page(Document, { rowsMax: 100 }));
  const gone = rows.at(-1)?.key as number;
  await world.settle();
  const row = await world.row(Document, gone);
  await world.server.database.execute(`delete from ads.ads where ad_id = ${gone}`);
  await world.tell("ads", gone);
  await world.settle({ handlers: false });
  const { ads, deletions } = await derived();
  expect(ads.map(({ document: { adId } }) => adId as number)).not.toContain(gone);
  expect(deletions).toContainEqual({ adId: gone, version: Number(row?.versions["servable"]) });
});

test("an ad that a base holds before any handler has come to it, and that goes, is told to serving", async () => {
  await world.settle();
  const { database } = world.server;
  const [like] = await database.query<{ ad_id: string }>(
    "select max(ad_id) as ad_id from ads.ads where status = 'active'",
  );
  const adId = Number(like?.ad_id) + 1;
  await database.execute(
    `insert into ads.ads select (json_populate_record(a, '{"ad_id": ${adId}}')).* from ads.ads a where ad_id = ${like?.ad_id}`,
  );
  await world.tell("ads", adId);
  await world.settle({ handlers: false });
  // Its creative's signals are there: the handlers would have it served.
  expect((await derived()).ads.map(({ document }) => document.adId as number)).toContain(adId);
  const ends = await world.ends(IndexDeltas as never);
  await database.execute(`delete from ads.ads where ad_id = ${adId}`);
  await world.tell("ads", adId);
  await world.settle({ handlers: false });
  await world.settle();
  const told = await world.values(IndexDeltas, ends);
  expect(told.filter((delta) => "adId" in delta && delta.adId === adId)).toMatchObject([{ kind: "delete", adId }]);
  expect((await derived()).ads.map(({ document }) => document.adId as number)).not.toContain(adId);
});

test("a build that a gate refuses says which one, and leaves what serves", async () => {
  const { database, log } = world.stores;
  const runs = new RunStore(database);
  await runs.prepare();
  const id = await runs.ask({ workflow: "base-build" });
  const ended = Promise.withResolvers<void>();
  const running = await runWorkflows({
    workflows: [
      baseBuild({
        ...{ database, log, bases, schedule: null, threads: 1, databaseUrl: world.server.url },
        ...{ workFolder: join(folder, "work"), argus: { landingPages: { serviceUrl: null } } },
        gates: { documentsMin: 1_000 },
      }),
    ],
    ...{ store: runs, owner: "test", lookMs: LOOK_MS },
    onTrouble: () => ended.resolve(),
  });
  await ended.promise;
  await running.stop();
  const run = (await runs.runs({ runsMax: 9 })).find((each) => each.id === id);
  expect(run).toMatchObject({
    state: "failed",
    error: expect.stringMatching(
      /^TENON1435 base ".*" is not published: 1 of its gates failed: document-count-least: /,
    ),
  });
  expect(await readCatalogue(bases)).toMatchObject({ current: null, bases: [] });
}, 60_000);
