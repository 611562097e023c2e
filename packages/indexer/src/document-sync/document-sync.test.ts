import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { AdDocumentRow, AdGroupRow, CampaignRow } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONSUMER, PipelineWorld, waitingBy } from "../../test/pipeline-world.ts";
import { documentSync } from "./document-sync.ts";

let world: PipelineWorld;
let ads: readonly number[];
beforeAll(async () => {
  world = await PipelineWorld.open();
  const rows = await world.repo.read([Title], (snapshot) => snapshot.page(Title, { rowsMax: 100 }));
  ads = rows.map(({ key }) => key);
}, 120_000);
afterAll(() => world.close());

const Title = read(AdDocumentRow, ["title"]);
const Offer = read(AdDocumentRow, ["bid", "floorMicros"]);
const Served = read(AdDocumentRow, ["document", "isServable"]);
const Terms = read(AdGroupRow, ["chargeMaxMicros"]);

const sync = (options: Partial<Parameters<typeof documentSync>[0]> = {}) =>
  documentSync({
    ...world.stores,
    handlers: ARGUS_HANDLERS,
    consumer: CONSUMER,
    clock: waitingBy(() => {}),
    ...options,
  });
const adAt = (place: number) => ads[place] as number;

test("what handlers have just derived is synced, landing pages and versions aside, and nobody is asked", async () => {
  world.asked.length = 0;
  const { result } = await world.run(sync());
  expect(result).toMatchObject({ unsynced: 0, inFlight: 0, repaired: 0 });
  expect(result["compared"]).toBeGreaterThanOrEqual(ads.length * 1.1);
  expect(world.asked).toEqual([]);
});

test("a source time older than a run would find now is no difference, a newer one is", async () => {
  const [older, newer] = [adAt(5), adAt(6)];
  const by = (id: number, ms: number) =>
    world.damage(
      AdDocumentRow,
      `update repo.ad_document set offer_source_at_ms = offer_source_at_ms + ${ms} where id = ${id}`,
    );
  await by(older, -1);
  await by(newer, 1);
  await world.skipFeed();
  const { result } = await world.run(sync(), { options: { repair: false } });
  expect(result["named"]).toMatchObject([
    { place: "ad-offer", kind: "differs", key: newer, facts: { column: "offerSourceAtMs" } },
  ]);
  await by(newer, -1);
  await world.skipFeed();
});

test("documents that differ or lack a group are told by handler, owner and column, and derived again in the low lane", async () => {
  const [group] = await world.repo.read([Terms], (snapshot) => snapshot.page(Terms, { rowsMax: 1 }));
  const offer = await world.row(Offer, adAt(1));
  const before = await world.row(Served, adAt(3));
  const patch = `jsonb_set(document, '{ad,title}', '"Planted"')`;
  await world.damage(AdDocumentRow, `update repo.ad_document set title = 'Planted' where id = ${adAt(0)}`);
  await world.damage(
    AdDocumentRow,
    `update repo.ad_document set ver_offer = 0, bid = null, floor_micros = null where id = ${adAt(1)}`,
  );
  await world.damage(
    AdDocumentRow,
    `update repo.ad_document set landing = null, status = 'paused' where id = ${adAt(2)}`,
  );
  await world.damage(AdDocumentRow, `update repo.ad_document set document = ${patch} where id = ${adAt(3)}`);
  await world.damage(AdGroupRow, `update repo.ad_group set charge_max_micros = 1 where id = ${group?.key}`);
  // What an operator repairs wakes whoever reads it: the feed goes past it, the handlers have nothing to do with it here.
  await world.skipFeed();
  const unsynced = { ageMs: null, facts: expect.anything() };
  const fact = (owner: string, of: string, column: string | null) => ({ owner, group: of, column, reason: null });
  const only = await world.run(sync(), { options: { repair: false } });
  expect(only.result["named"]).toEqual(
    expect.arrayContaining([
      {
        ...{ ...unsynced, place: "ad-creative", kind: "differs", key: adAt(0) },
        facts: fact("ads-blending", "ad_document.creative", "title"),
      },
      {
        ...{ ...unsynced, place: "ad-offer", kind: "missing", key: adAt(1) },
        facts: fact("ads-auction", "ad_document.offer", null),
      },
      {
        ...{ ...unsynced, place: "ad-landing", kind: "differs", key: adAt(2) },
        facts: fact("ads-serving", "ad_document.landing", "landing"),
      },
      {
        ...{ ...unsynced, place: "ad-delivery", kind: "differs", key: adAt(2) },
        facts: fact("ads-delivery", "ad_document.delivery", "status"),
      },
      {
        ...{ ...unsynced, place: "servable", kind: "differs", key: adAt(3) },
        facts: fact("ads-data", "ad_document.servable", "document"),
      },
      {
        ...{ ...unsynced, place: "serving-terms", kind: "differs", key: group?.key },
        facts: fact("ads-retrieval", "ad_group.terms", "chargeMaxMicros"),
      },
    ]),
  );
  expect(await world.work.status()).toEqual([]);

  const { result } = await world.run(sync());
  expect(result["repaired"]).toBe(result["unsynced"]);
  const status = await world.work.status();
  expect(new Set(status.map(({ lane }) => lane))).toEqual(new Set(["low"]));
  await world.settle();
  expect((await world.run(sync())).result).toMatchObject({ unsynced: 0, inFlight: 0 });
  expect((await world.row(Offer, adAt(1)))?.columns).toEqual(offer?.columns);
  expect(titleIn(await world.row(Served, adAt(3)))).toBe(titleIn(before));
});

test("what waits for its run, or has not reached the feed, is in flight and not asked for again", async () => {
  const rename = `update repo.campaign set name = 'x', brand = 'On its way' where id = (select min(id) from repo.campaign)`;
  await world.damage(CampaignRow, rename);
  // The feed stands still: nobody knows whether somebody is at it.
  const still = await world.run(sync({ clock: waitingBy(() => {}) }));
  expect(still.result).toMatchObject({ unsynced: 0, repaired: 0 });
  expect(still.result["inFlight"]).toBeGreaterThan(0);
  // The feed has passed, and the items wait.
  await world.skipFeed({ work: true });
  const waits = await world.run(sync());
  expect(waits.result).toMatchObject({ unsynced: 0, repaired: 0, inFlight: still.result["inFlight"] });
  // The handlers come to it between two looks.
  const runs = await world.run(sync({ clock: waitingBy(() => world.settle()) }));
  expect(runs.result).toMatchObject({ unsynced: 0, inFlight: 0, repaired: 0 });
});

test("a document that was put aside is told with its reason, and left to its owner", async () => {
  await world.damage(AdDocumentRow, `update repo.ad_document set title = 'Planted' where id = ${adAt(4)}`);
  await world.skipFeed();
  const item = { handler: "ad-creative", key: adAt(4), lane: "low" as const, upTo: 0n, rounds: 0 };
  const once = { isolation: "readCommitted", attemptsMax: 1 } as const;
  await world.work.transaction((tx) => world.work.add(tx, [item]), once);
  const [claimed] = await world.work.claim({ handlers: ["ad-creative"], lane: "low", itemsMax: 1, leaseMs: 60_000 });
  const failure = { code: "TENON1201", reason: "no such brand", inputDigest: undefined, parked: true, waitMs: 0 };
  await world.work.fail(claimed as never, failure);
  const { result } = await world.run(sync());
  expect(result).toMatchObject({ repaired: 0, places: { "ad-creative": { parked: { documents: 1 } } } });
  expect(result["named"]).toMatchObject([{ kind: "parked", facts: { reason: "no such brand" } }]);
  await world.work.retryParked("ad-creative");
  await world.settle();
});

test("a run that was killed goes on, and counts nothing twice", async () => {
  for (const place of [5, 6, 7])
    await world.damage(AdDocumentRow, `update repo.ad_document set title = 'Planted' where id = ${adAt(place)}`);
  await world.skipFeed();
  const paged = sync({ keysPerPage: 4 });
  const whole = await world.run(paged, { options: { repair: false } });
  expect(whole.result).toMatchObject({ places: { "ad-creative": { differs: { documents: 3 } } } });
  let steps = 0;
  await world.run(paged, { options: { repair: false }, onStep: () => void steps++ });
  for (const at of [2, Math.floor(steps / 2), steps]) {
    const saved = await world.killedAt(at, paged, { repair: false });
    expect((await world.run(paged, { options: { repair: false }, saved })).result).toEqual(whole.result);
  }
});

function titleIn(row: Awaited<ReturnType<PipelineWorld["row"]>>): unknown {
  return (row?.columns["document"] as { ad: { title: string } } | undefined)?.ad.title;
}
