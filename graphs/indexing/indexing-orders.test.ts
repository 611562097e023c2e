/** Single things that happen to the pipeline: an outage, a bad row, an order to drop, a backfill, a delete that comes late. */
import { DroppedUpdates, EntityUpdatesLow, RejectedUpdates } from "@tenon/nodes";
import { expect, test } from "vitest";
import { IndexingWorld, NO_ORDERS, WORLD_NOW_MS } from "../testing/indexing-world.ts";
import { RandomMarket } from "../testing/random-market.ts";

async function filled() {
  const world = await IndexingWorld.start({ seed: 11 });
  const market = new RandomMarket(world);
  market.fill();
  await world.settle();
  return { world, market };
}

const NOW = WORLD_NOW_MS + 500_000;

test("a deleted ad stays deleted, whatever comes late of it, until it is put there again", async () => {
  const { world } = await filled();
  expect((await world.index()).has(3)).toBe(true);
  const { row } = world.ads.state("ads", 3);
  const before = world.ads.put("ads", 3, row as object, NOW);
  world.tell(world.ads.remove("ads", 3, NOW));
  await world.settle();
  world.tell(before, { times: 3 });
  world.observe({
    ...{ kind: "performance", adId: 3 as never, version: 999, observedAtMs: NOW, impressions7d: 1, clicks7d: 0 },
    ...{ impressions30d: 1, clicks30d: 0, conversions30d: 0, hides30d: 0, spend7dMicros: 0 as never, reviewScore: 0.5 },
  });
  await world.settle();
  expect((await world.index()).has(3)).toBe(false);
  world.tell(world.ads.put("ads", 3, row as object, NOW));
  await world.settle();
  expect((await world.index()).get(3)?.ad).toMatchObject({ adId: 3, qualityScore: 0.5 });
  await world.stop();
});

test("a row that does not fit is told to its owner, and what was served stays", async () => {
  const { world } = await filled();
  const before = (await world.index()).get(3);
  const row = world.ads.state("ads", 3).row as object;
  world.tell(world.ads.put("ads", 3, { ...row, floorMicros: -1, status: "asleep" }, NOW));
  await world.settle();
  expect(await world.read(RejectedUpdates)).toEqual([
    expect.objectContaining({
      owner: "ads-delivery",
      reason: expect.stringMatching(
        /^ad\.settings\.status \(owner ads-delivery\): expected .*, found "asleep"; ad\.settings\.floorMicros .*found -1$/,
      ),
    }),
  ]);
  expect((await world.index()).get(3)).toEqual(before);
  await world.stop();
});

test("on command content from before the cut is dropped and told, and later content and all control data go on", async () => {
  const { world } = await filled();
  world.policy = { ...NO_ORDERS, version: "clear", dropContentBeforeMs: NOW };
  const adOf = async (adId: number) => (await world.index()).get(adId)?.ad;
  const advertiserId = (await adOf(3))?.advertiserId as never;
  world.observe({ kind: "brand", advertiserId, version: 900, observedAtMs: NOW - 1, popularity: 0.11 });
  world.tell(world.ads.put("ads", 3, { ...world.ads.state("ads", 3).row, floorMicros: 77 }, NOW - 1));
  await world.settle();
  expect(await world.read(DroppedUpdates)).toEqual([
    expect.objectContaining({ class: "content", ageMs: 1, update: expect.objectContaining({ version: 900 }) }),
  ]);
  expect((await adOf(3))?.popularity).not.toBe(0.11);
  expect((await adOf(3))?.floorMicros).toBe(77);
  world.observe({ kind: "brand", advertiserId, version: 901, observedAtMs: NOW, popularity: 0.22 });
  await world.settle();
  expect((await adOf(3))?.popularity).toBe(0.22);
  await world.stop();
});

test("a backfill writes what is newer, and nothing over what is newer than it", async () => {
  const { world } = await filled();
  const key = Number((await world.index()).get(3)?.ad.advertiserId);
  const update = (version: number, popularity: number) => ({
    ...{ entity: "advertiser", group: "brandSignals", key, version, operation: "write" as const },
    ...{ columns: { popularity }, sourceAtMs: NOW, cause: "backfill 1" },
  });
  const send = (version: number, popularity: number) =>
    world.append([
      EntityUpdatesLow.record({ key: `advertiser:${key}`, timeMs: WORLD_NOW_MS, value: update(version, popularity) }),
    ]);
  const popularities = async () =>
    new Set(
      [...(await world.index()).values()].filter(({ ad }) => ad.advertiserId === key).map(({ ad }) => ad.popularity),
    );
  await send(5_000, 0.125);
  await world.settle();
  expect(await popularities()).toEqual(new Set([0.125]));
  await send(4_000, 0.875);
  await world.settle();
  expect(await popularities()).toEqual(new Set([0.125]));
  await world.stop();
});

test("while the ads database is down, its changes halt the gateway and nothing is lost", async () => {
  const { world } = await filled();
  world.ads.isDown = true;
  world.tell(world.ads.put("ads", 3, { ...world.ads.state("ads", 3).row, floorMicros: 78 }, NOW));
  await world.clock.runFor(5_000);
  expect(world.halted.join()).toMatch(/gateway-changes.*may not go on without it/);
  world.ads.isDown = false;
  await world.kill();
  await world.settle();
  expect((await world.index()).get(3)?.ad.floorMicros).toBe(78);
  await world.stop();
});
