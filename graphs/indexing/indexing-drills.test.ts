/** Drills: a bad day, what operators do about it, and the index afterwards. Each ends equal to a recomputation from the sources. */
import { DroppedUpdates, EntityUpdatesLow, EntityUpdatesMedium, normaliseSignal } from "@tenon/nodes";
import { expect, test } from "vitest";
import { expectedDocuments, withoutVersion } from "../testing/expected-documents.ts";
import {
  type ContentSignal,
  IndexingWorld,
  landingPageAt,
  NO_ORDERS,
  WORLD_NOW_MS,
} from "../testing/indexing-world.ts";
import { zeroBids } from "../testing/planted-bugs.ts";
import { RandomMarket } from "../testing/random-market.ts";

/** Content a busy minute brings, and a spike of ten times as much. */
const USUAL = 60;
const BURST = 10 * USUAL;
const ADS = [1, 2, 3, 4, 5, 6, 7, 8];
/** Longest that a change of an advertiser may take while content is clogged, ms. */
const CONTROL_MS_MAX = 2_000;

async function filled(seed: number) {
  const world = await IndexingWorld.start({ seed });
  const market = new RandomMarket(world);
  market.fill();
  await world.settle();
  return { world, market };
}

type Filled = Awaited<ReturnType<typeof filled>>;

const expectedOf = ({ world, market }: Filled) =>
  expectedDocuments({ ads: world.ads, signals: market.signals, landing: landingPageAt });

async function served({ world }: Filled) {
  return new Map([...(await world.index())].map(([adId, document]) => [adId, withoutVersion(document)] as const));
}

function performance(adId: number, facts: { readonly version: number; readonly reviewScore: number }): ContentSignal {
  const counts = { impressions7d: 1, clicks7d: 0, impressions30d: 1, clicks30d: 0, conversions30d: 0, hides30d: 0 };
  const signal = { kind: "performance", adId, ...facts, ...counts, observedAtMs: WORLD_NOW_MS + facts.version };
  return { ...signal, spend7dMicros: 0 } as never;
}

test("spike: publishing stops, stale content is dropped and counted, control goes on, and a refresh brings back what was dropped", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(21);
  const { world, market } = drill;
  const usual = ((await world.read(EntityUpdatesMedium)) as readonly unknown[]).length;
  const atFirst = await served(drill);

  world.isPublishing = false;
  const burst = Array.from({ length: BURST }, (_, at) =>
    performance(ADS[at % ADS.length] as number, { version: 10_000 + at, reviewScore: (at % 100) / 100 }),
  );
  for (const signal of burst.slice(0, BURST / 2)) world.observe(signal);
  await world.settle();
  expect(await served(drill)).toEqual(atFirst);

  // The order: content from before now is dropped. It says nothing of control data, however old.
  world.policy = { ...NO_ORDERS, version: "clear", dropContentBeforeMs: WORLD_NOW_MS + 10_000 + BURST };
  for (const signal of burst.slice(BURST / 2)) world.observe(signal);
  world.isPublishing = true;
  const floorMicros = 321;
  world.tell(world.ads.put("ads", 3, { ...world.ads.state("ads", 3).row, floorMicros }, world.clock.nowMs()));
  let waitedMs = 0;
  for (; (await world.index()).get(3)?.ad.floorMicros !== floorMicros; waitedMs += 50) {
    expect(waitedMs).toBeLessThan(CONTROL_MS_MAX);
    await world.clock.runFor(50);
  }
  await world.settle();

  // Every signal of the burst is an update or is told as dropped, none both.
  const dropped = (await world.read(DroppedUpdates)) as readonly { readonly update: { readonly version: number } }[];
  const updates = (await world.read(EntityUpdatesMedium)) as readonly { readonly version: number }[];
  expect(dropped).toHaveLength(BURST / 2);
  expect(updates).toHaveLength(usual + BURST / 2);
  const seen = new Set([...dropped.map(({ update }) => update.version), ...updates.map(({ version }) => version)]);
  for (const { version } of burst) expect(seen.has(version)).toBe(true);

  // What was kept counts for now; the newest of what was dropped comes back at low priority.
  world.policy = NO_ORDERS;
  for (const signal of burst) market.signals.set(`performance:${"adId" in signal ? signal.adId : 0}`, signal);
  expect(await served(drill)).not.toEqual(expectedOf(drill));
  await resend(
    drill,
    ADS.map((adId) => market.signals.get(`performance:${adId}`) as ContentSignal),
  );
  await world.settle();
  expect(await served(drill)).toEqual(expectedOf(drill));
  expect(world.halted).toEqual([]);
  await world.stop();
});

test("bad release: bids of zero are refreshed away once the release is taken back, with what changed meanwhile", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(22);
  const { world } = drill;
  await world.kill(zeroBids());
  await world.refresh("ad-offer", ADS);
  for (let step = 0; step < USUAL; step++) drill.market.step();
  await world.settle();
  const bids = [...(await world.index()).values()].map(({ ad: { bid } }) =>
    "bidMicros" in bid ? bid.bidMicros : bid.cpmMicros,
  );
  expect(bids.length).toBeGreaterThan(0);
  expect(new Set(bids)).toEqual(new Set([0]));

  await world.kill();
  await world.refresh("ad-offer", ADS);
  await world.settle();
  expect(await served(drill)).toEqual(expectedOf(drill));
  expect(world.halted).toEqual([]);
  await world.stop();
});

test("bad signals: good ones sent again at low priority, with newer versions, put every document right", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(23);
  const { world, market } = drill;
  const before = ADS.map((adId) => market.signals.get(`performance:${adId}`) as ContentSignal);
  for (const adId of ADS) world.observe(performance(adId, { version: 20_000, reviewScore: 0 }));
  await world.settle();
  const scores = [...(await world.index()).values()].map(({ ad }) => ad.qualityScore);
  expect(scores.every((score) => score === 0)).toBe(true);

  // Under their old versions they would lose: a roll-back is news.
  await resend(drill, before);
  await world.settle();
  expect(await served(drill)).not.toEqual(expectedOf(drill));
  const again = before.map((signal) => ({ ...signal, version: 20_001 }));
  for (const signal of again) market.signals.set(`performance:${"adId" in signal ? signal.adId : 0}`, signal);
  await resend(drill, again);
  await world.settle();
  expect(await served(drill)).toEqual(expectedOf(drill));
  await world.stop();
});

/** As a refresh of the source does: the gateway's own update, in the low lane. */
async function resend({ world }: Filled, signals: readonly ContentSignal[]): Promise<void> {
  const records = signals.map((contentSignal) => {
    const { normalisedUpdate } = normaliseSignal.definition.run(
      { contentSignal } as never,
      undefined as never,
    ) as unknown as { readonly normalisedUpdate: { readonly entity: string; readonly key: number } };
    const { entity, key } = normalisedUpdate;
    return EntityUpdatesLow.record({ key: `${entity}:${key}`, timeMs: WORLD_NOW_MS, value: normalisedUpdate as never });
  });
  await world.append(records);
}
