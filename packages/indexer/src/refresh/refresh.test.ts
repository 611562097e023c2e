import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { AdDocumentRow, IndexDeltas } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PipelineWorld, waitingBy } from "../../test/pipeline-world.ts";
import { refresh } from "./refresh.ts";

const Landing = read(AdDocumentRow, ["landing", "isServable", "offerSourceAtMs"]);
const OF_ADS = ARGUS_HANDLERS.filter(({ name }) => name !== "serving-terms").map(({ name }) => name);

let world: PipelineWorld;
let ads: readonly { readonly key: number; readonly campaign: number; readonly advertiser: number }[];
beforeAll(async () => {
  world = await PipelineWorld.open();
  const rows = await world.server.database.query<{ ad_id: bigint; campaign_id: bigint; advertiser_id: bigint }>(
    `select ad_id, campaign_id, advertiser_id from ads.ads join ads.ad_groups using (ad_group_id)
     join ads.campaigns using (campaign_id) order by ad_id`,
  );
  ads = rows.map((row) => ({
    ...{ key: Number(row.ad_id), campaign: Number(row.campaign_id), advertiser: Number(row.advertiser_id) },
  }));
}, 120_000);
afterEach(() => world.settle());
afterAll(() => world.close());

const workflow = (options: Partial<Parameters<typeof refresh>[0]> = {}) =>
  refresh({ ...world.stores, handlers: ARGUS_HANDLERS, ...options });

async function waitingItems(): Promise<readonly { readonly handler: string; readonly key: number }[]> {
  const items = await world.server.database.query<{ handler: string; key: string; lane: number }>(
    "select handler, key, lane from stream_work order by handler, key::int8",
  );
  expect(items.every(({ lane }) => lane === 2)).toBe(true);
  return items.map(({ handler, key }) => ({ handler, key: Number(key) }));
}

const keysOf = (items: readonly { readonly key: number }[]) => [...new Set(items.map(({ key }) => key))];

test("a refresh of all asks services again, and what comes of it is newer than what was stored", async () => {
  const before = new Map(await Promise.all(ads.map(async ({ key }) => [key, await world.row(Landing, key)] as const)));
  const ends = await world.ends(IndexDeltas as never);
  world.landing = { state: "broken", httpStatus: 500, loadMs: 9, checkedAtMs: 2_000 };
  world.asked.length = 0;
  const { result } = await world.run(workflow());
  expect(result).toEqual({ ads: ads.length, handlers: OF_ADS, items: ads.length * OF_ADS.length });
  await world.settle();
  expect(world.asked.length).toBe(ads.length);
  const served = await world.values(IndexDeltas, ends);
  for (const { key } of ads) {
    const [old, now] = [before.get(key), await world.row(Landing, key)];
    expect(now?.columns["landing"]).toEqual(world.landing);
    for (const group of ["landing", "offer", "servable"])
      expect(now?.versions[group]).toBeGreaterThan(old?.versions[group] as bigint);
    const mine = served.filter((delta) => delta.kind === "upsert" && delta.document.ad.adId === key);
    const [last] = mine.slice(-1);
    expect(last?.kind === "upsert" && last.document.signals.landing).toEqual(world.landing);
    expect(last?.kind === "upsert" && BigInt(last.document.ad.version)).toBe(now?.versions["servable"]);
  }
});

test("a selection by campaign, advertiser, ad, handler or stored values asks for those alone", async () => {
  const [first] = ads as readonly [(typeof ads)[number]];
  const of = (choice: (ad: (typeof ads)[number]) => boolean) => ads.filter(choice).map(({ key }) => key);
  const asked = async (options: Record<string, string | number>) => {
    await world.run(workflow({ adsPerSlice: 2 }), { options });
    const items = await waitingItems();
    await world.server.database.execute("delete from stream_work");
    return items;
  };
  expect(keysOf(await asked({ campaigns: first.campaign }))).toEqual(of(({ campaign }) => campaign === first.campaign));
  expect(keysOf(await asked({ advertisers: String(first.advertiser) }))).toEqual(
    of(({ advertiser }) => advertiser === first.advertiser),
  );
  const some = [ads[3], ads[1]].map((ad) => ad?.key as number);
  expect(await asked({ ads: `${some.join()},999999999`, handlers: "ad-landing" })).toEqual(
    some.toSorted((one, other) => one - other).map((key) => ({ handler: "ad-landing", key })),
  );
  const unknown = `{"state": "unknown", "httpStatus": null, "loadMs": null, "checkedAtMs": null}`;
  await world.damage(AdDocumentRow, `update repo.ad_document set landing = '${unknown}' where id = ${some[0]}`);
  expect(keysOf(await asked({ where: '{"landing.state": "unknown"}', handlers: "ad-landing" }))).toEqual([some[0]]);
  expect(await asked({ campaigns: "999999999" })).toEqual([]);
  // An ad of another campaign is in neither.
  const foreign = ads.find(({ campaign }) => campaign !== first.campaign);
  expect(await asked({ campaigns: first.campaign, ads: foreign?.key as number })).toEqual([]);
});

test.each([
  [{ ads: "one" }, 'option "ads"'],
  [{ handlers: "ad-lending" }, 'option "handlers"'],
  [{ where: '{"colour": "red"}' }, 'no column "colour"'],
  [{ where: "landing" }, 'option "where"'],
])("%j is refused by name", async (options, says) => {
  const refused = { code: "TENON1652", message: expect.stringContaining(says) };
  await expect(world.run(workflow(), { options })).rejects.toMatchObject(refused);
});

test("while more wait in the low lane than its bound, nothing is added", async () => {
  const waiting: number[] = [];
  const clock = waitingBy(async () => {
    waiting.push((await waitingItems()).length);
    await world.settle();
  });
  await world.run(workflow({ adsPerSlice: 3, lowWaitingMax: 30, clock }));
  // Three ads of eleven handlers are above the bound: each slice but the first waits for the one before.
  expect(waiting.length).toBe(Math.ceil(ads.length / 3) - 1);
  expect(Math.max(...waiting)).toBe(3 * OF_ADS.length);
});

test("a run that was killed goes on after its last slice", async () => {
  const sliced = workflow({ adsPerSlice: 5 });
  const saved = await world.killedAt(2, sliced);
  await world.server.database.execute("delete from stream_work");
  const { result } = await world.run(sliced, { saved });
  expect(result["ads"]).toBe(ads.length);
  expect(keysOf(await waitingItems())).toEqual(ads.slice(10).map(({ key }) => key));
});
