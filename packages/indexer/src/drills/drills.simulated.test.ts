/** Drills on virtual time: a bad day, the orders of the drill, and an index that equals a recomputation from the sources. */
import { ContentSignals, DroppedUpdates, EntityUpdatesLow, EntityUpdatesMedium } from "@tenon/nodes";
import { expect, test } from "vitest";
import { type ContentSignal, IndexingWorld, WORLD_NOW_MS } from "../../../../graphs/testing/indexing-world.ts";
import { zeroBids } from "../../../../graphs/testing/planted-bugs.ts";
import { RandomMarket } from "../../../../graphs/testing/random-market.ts";
import { SimulatedDrill, servedIn } from "../../test/simulated-drill.ts";
import { UpdateRuns } from "../source/update-runs.ts";
import { type DrillOptions, runDrill } from "./drill.ts";
import { drillNamed } from "./drills.ts";

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
  const port = new SimulatedDrill({ world, signals: market.signals, adIds: ADS });
  return { world, market, port };
}

type Filled = Awaited<ReturnType<typeof filled>>;

/** Runs a drill; resolves with what each step said. `after` is what happens in the world when a step has ended. */
async function run(
  { port }: Filled,
  name: string,
  {
    options = {},
    after = {},
  }: { readonly options?: DrillOptions; readonly after?: Record<string, () => Promise<void>> } = {},
): Promise<Readonly<Record<string, string>>> {
  const said: Record<string, string> = {};
  const steps = drillNamed(name).steps(options);
  await runDrill({ name, steps }, port, {
    onDone: async (step, words) => {
      said[step.name] = words;
      await after[step.name]?.();
    },
  });
  return said;
}

function performance(adId: number, facts: { readonly version: number; readonly reviewScore: number }): ContentSignal {
  const counts = { impressions7d: 1, clicks7d: 0, impressions30d: 1, clicks30d: 0, conversions30d: 0, hides30d: 0 };
  const signal = { kind: "performance", adId, ...facts, ...counts, observedAtMs: WORLD_NOW_MS + facts.version };
  return { ...signal, spend7dMicros: 0 } as never;
}

const keep = (market: RandomMarket, signal: ContentSignal) =>
  market.signals.set(`performance:${"adId" in signal ? signal.adId : 0}`, signal);

test("spike: publishing stops, stale content is dropped and counted, control goes on, and what was dropped comes back", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(21);
  const { world, market, port } = drill;
  const usual = ((await world.read(EntityUpdatesMedium)) as readonly unknown[]).length;
  const atFirst = await servedIn(world);
  const burst = Array.from({ length: BURST }, (_, at) =>
    performance(ADS[at % ADS.length] as number, { version: 10_000 + at, reviewScore: (at % 100) / 100 }),
  );
  const floorMicros = 321;
  const said = await run(drill, "spike", {
    after: {
      "stop publishing": async () => {
        for (const signal of burst.slice(0, BURST / 2)) world.observe(signal);
        await world.settle();
        expect(await servedIn(world)).toEqual(atFirst);
        // Signals say when they were observed: by then all of them are stale.
        await world.clock.runFor(10_000 + 2 * BURST);
      },
      "drop stale content": async () => {
        for (const signal of burst.slice(BURST / 2)) world.observe(signal);
      },
      "publish again": async () => {
        world.tell(world.ads.put("ads", 3, { ...world.ads.state("ads", 3).row, floorMicros }, world.clock.nowMs()));
        let waitedMs = 0;
        for (; (await world.index()).get(3)?.ad.floorMicros !== floorMicros; waitedMs += 50) {
          expect(waitedMs).toBeLessThan(CONTROL_MS_MAX);
          await world.clock.runFor(50);
        }
      },
      "stop dropping": async () => {
        for (const signal of burst) keep(market, signal);
        // What was kept counts for now.
        expect((await port.unsyncedDocuments()).count).toBeGreaterThan(0);
      },
    },
  });

  // Every signal of the burst is an update or is told as dropped, none both.
  const dropped = (await world.read(DroppedUpdates)) as readonly { readonly update: { readonly version: number } }[];
  const updates = (await world.read(EntityUpdatesMedium)) as readonly { readonly version: number }[];
  expect(dropped).toHaveLength(BURST / 2);
  expect(updates).toHaveLength(usual + BURST / 2);
  const seen = new Set([...dropped.map(({ update }) => update.version), ...updates.map(({ version }) => version)]);
  for (const { version } of burst) expect(seen.has(version)).toBe(true);
  expect(said["bring back"]).toBe(`${BURST / 2} updates were dropped, ${ADS.length} are sent again`);
  expect(await port.unsyncedDocuments()).toEqual({ count: 0, first: null, inFlight: 0 });
  expect(world.halted).toEqual([]);
  await world.stop();
});

test("bad release: bids of zero are refreshed away once the release is taken back, with what changed meanwhile", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(22);
  const { world, port } = drill;
  await world.kill(zeroBids());
  await world.refresh("ad-offer", ADS);
  for (let step = 0; step < USUAL; step++) drill.market.step();
  await world.settle();
  const bids = [...(await world.index()).values()].map(({ ad: { bid } }) =>
    "bidMicros" in bid ? bid.bidMicros : bid.cpmMicros,
  );
  expect(bids.length).toBeGreaterThan(0);
  expect(new Set(bids)).toEqual(new Set([0]));

  // While the bad release runs, the drill does not end well: it says where it stands.
  await expect(run(drill, "bad-release", { options: { handlers: ["ad-offer"] } })).rejects.toMatchObject({
    code: "TENON1695",
    message: expect.stringContaining('stands at step "verify"'),
    detail: expect.stringMatching(/^\d+ documents differ; the first: ad \d+$/),
  });
  await run(drill, "bad-release", {
    options: { handlers: ["ad-offer"] },
    after: { "roll back": () => world.kill() },
  });
  expect(await port.unsyncedDocuments()).toEqual({ count: 0, first: null, inFlight: 0 });
  expect(world.halted).toEqual([]);
  await world.stop();
});

test("bad content: good signals sent again at low priority, with newer versions, put every document right", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(23);
  const { world, market, port } = drill;
  const before = ADS.map((adId) => market.signals.get(`performance:${adId}`) as ContentSignal);
  const badFromMs =
    Math.max(...((await world.read(ContentSignals)) as readonly ContentSignal[]).map((each) => each.observedAtMs)) + 1;
  const bad = ADS.map((adId) => ({
    ...performance(adId, { version: 20_000, reviewScore: 0 }),
    observedAtMs: badFromMs + adId,
  }));
  for (const signal of bad) world.observe(signal);
  await world.settle();
  const scores = [...(await world.index()).values()].map(({ ad }) => ad.qualityScore);
  expect(scores.every((score) => score === 0)).toBe(true);

  // Under their old versions they would lose: a roll-back is news.
  const runs = new UpdateRuns("test");
  for (const signal of before) {
    const value = await runs.updateOfSignal(signal);
    await world.append([EntityUpdatesLow.record({ key: `${value.entity}:${value.key}`, timeMs: WORLD_NOW_MS, value })]);
  }
  await world.settle();
  expect((await port.unsyncedDocuments()).count).toBeGreaterThan(0);

  await world.clock.runFor(60_000);
  const observedAtMs = world.clock.nowMs();
  for (const signal of before) keep(market, { ...signal, version: 20_001, observedAtMs });
  const said = await run(drill, "bad-content", { options: { sinceMs: badFromMs } });
  expect(said["send the good ones again"]).toBe(
    "8 signals are sent again; 0 bad ones have none before them in the topic",
  );
  expect(await port.unsyncedDocuments()).toEqual({ count: 0, first: null, inFlight: 0 });
  await world.stop();
});

test("a row that the repository never heard of: the drill does not end well, whatever documents say", {
  timeout: 120_000,
}, async () => {
  const drill = await filled(24);
  const { world } = drill;
  const { row } = world.ads.state("campaigns", world.ads.keys("campaigns")[0] as number);
  const campaign = row as { readonly campaignId: number };
  // Its name is in no document.
  const untold = { ...campaign, name: "Nobody was told" };
  const change = world.ads.put("campaigns", campaign.campaignId, untold as never, world.clock.nowMs());
  await expect(run(drill, "bad-release", { options: { handlers: ["ad-offer"] } })).rejects.toMatchObject({
    code: "TENON1695",
    message: expect.stringContaining('stands at step "verify"'),
    detail: `1 rows of the ads database differ in the repository; the first: ${campaign.campaignId}, older of table "campaigns"`,
  });
  world.tell(change);
  await world.settle();
  await run(drill, "bad-release", { options: { handlers: ["ad-offer"] } });
  await world.stop();
});

test("a drill that is not there, and one without what it needs, are refused", () => {
  expect(() => drillNamed("spkie")).toThrowError(expect.objectContaining({ code: "TENON1652" }));
  expect(() => drillNamed("bad-content").steps({})).toThrowError(
    expect.objectContaining({ code: "TENON1652", detail: "option since is missing" }),
  );
});
