/** The two feeds: the short cut beside the documents, bad input, freshness, the off switch. */
import { type AdDocument, type CampaignId, campaignId } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import { IndexDeltas, ServingControl } from "@tenon/nodes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ADS_AT_FIRST, PipelineWorld, revised, SPACE, START_MS, upsert } from "../../test/pipeline-world.ts";
import { CONTROL_KEPT_MS } from "./control-feed.ts";
import type { IndexFeed } from "./index-feed.ts";

const FIRST = ADS_AT_FIRST[0] as AdDocument;
const DAY_LATER = START_MS + 86_400_000;
const CAMPAIGN = FIRST.campaignId;
/** Two ads of one campaign, and one of another. */
const ONE: AdDocument = { ...FIRST, status: "active", creativeReview: "approved", policyReview: "approved" };
const TWO: AdDocument = { ...(ADS_AT_FIRST[1] as AdDocument), ...{ campaignId: CAMPAIGN, budget: ONE.budget } };
const OTHER: AdDocument = { ...(ADS_AT_FIRST[2] as AdDocument), campaignId: campaignId(CAMPAIGN + 1_000_000) };
const ADS = [ONE, TWO, OTHER].map(
  (ad): AdDocument =>
    ({
      ...ad,
      ...{ status: "active", creativeReview: "approved", policyReview: "approved" },
      schedule: { startAtMs: START_MS, endAtMs: null },
      targeting: { whenMissing: "weak", conjunctions: [[]] },
    }) as AdDocument,
);

let world: PipelineWorld;
beforeEach(async () => {
  world = await PipelineWorld.begin();
});
afterEach(() => world.end());

type Feed = Awaited<ReturnType<PipelineWorld["started"]>>;

const outcomesOf = ({ index }: Pick<IndexFeed, "index">) => {
  const ids = IdColumn.from(ADS.map(({ adId }) => adId));
  const { outcome } = index.current().eligibilityOf({ ids, filter: { targeting: {}, atMs: DAY_LATER } });
  return ADS.map((_, row) => outcome.at(row));
};
const remainingOf = ({ budgets }: Feed, campaign: CampaignId = CAMPAIGN) => {
  const { lifetimeRemainingMicros, dailyRemainingMicros, status } = budgets.remainingOf({
    campaignIds: IdColumn.from([campaign]),
  });
  return [status.at(0), lifetimeRemainingMicros.at(0), dailyRemainingMicros.at(0)];
};
const status = (version: number, value: "active" | "paused" | "archived", changedAtMs = START_MS) =>
  ({ kind: "status", campaignId: CAMPAIGN, version, status: value, changedAtMs }) as const;
const budget = (version: number, lifetimeCapMicros: number, changedAtMs = START_MS) =>
  ({
    ...({ kind: "budget", pacing: "even", dailyCapMicros: 1_000, overdeliveryRatioMax: 0.25 } as const),
    ...{ campaignId: CAMPAIGN as number, version, lifetimeCapMicros, changedAtMs },
  }) as const;

test("a paused campaign stops at once with all its ads, whatever documents say meanwhile, and comes back when resumed", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  expect(outcomesOf(feed)).toEqual(["eligible", "eligible", "eligible"]);
  await world.controls(status(4, "paused"));
  await world.caughtUp(feed);
  expect(outcomesOf(feed)).toEqual(["paused", "paused", "eligible"]);
  expect(feed.index.current().matchTargeting({ targeting: {}, atMs: DAY_LATER }).dropped).toMatchObject({ paused: 2 });

  // One document says it, another is derived from before: neither ends the block.
  await world.deltas(
    upsert(revised(ADS[0] as AdDocument, 2, { status: "paused" })),
    upsert(revised(ADS[1] as AdDocument, 2)),
  );
  await world.publish("b2", ADS, 0);
  await world.until(feed.bases.look());
  await world.caughtUp(feed);
  expect(outcomesOf(feed)).toEqual(["paused", "paused", "eligible"]);

  await world.controls(status(6, "active"));
  await world.caughtUp(feed);
  // The document of the first still says it itself.
  expect(outcomesOf(feed)).toEqual(["paused", "eligible", "eligible"]);
  await world.controls(status(8, "archived"));
  await world.caughtUp(feed);
  expect(outcomesOf(feed)).toEqual(["paused", "paused", "eligible"]);
});

test("of control messages the newest version counts, in whatever order and however often they come", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  await world.controls(
    status(6, "active"),
    status(4, "paused"),
    status(6, "active"),
    budget(8, 500),
    budget(6, 900),
    budget(8, 500),
  );
  await world.caughtUp(feed);
  expect(outcomesOf(feed)).toEqual(["eligible", "eligible", "eligible"]);
  expect(remainingOf(feed)).toEqual([0, 500, 1_250]);
  expect(feed.control.totals).toEqual({ applied: 2, stale: 4, rejected: 0 });
});

test("a base tells every budget; a control message replaces it, and no later document takes that back", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  const { lifetime, daily } = ONE.budget;
  const dailyMax =
    daily === null ? Number.MAX_SAFE_INTEGER : Math.floor(daily.capMicros * (1 + daily.overdeliveryRatioMax));
  expect(remainingOf(feed)).toEqual([0, lifetime.capMicros, dailyMax]);
  await world.controls(budget(10, 777));
  await world.caughtUp(feed);
  expect(remainingOf(feed)).toEqual([0, 777, 1_250]);
  await world.deltas(upsert(revised(ADS[0] as AdDocument, 1_000)));
  await world.publish("b2", ADS, 0);
  await world.until(feed.bases.look());
  await world.caughtUp(feed);
  expect(remainingOf(feed)).toEqual([0, 777, 1_250]);
  // A campaign that no document is served of yet.
  const fresh = campaignId(5_000_000);
  await world.controls({ ...budget(2, 42), campaignId: fresh });
  await world.caughtUp(feed);
  expect(remainingOf(feed, fresh)).toEqual([0, 42, 1_250]);
});

test("a delta of a campaign without control message brings its budget, the newest version first", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  const capped = (version: number, capMicros: number) =>
    upsert(
      revised(ADS[0] as AdDocument, version, {
        budget: { ...ONE.budget, daily: null, lifetime: { kind: "hardLifetime", capMicros } },
      } as Partial<AdDocument>),
    );
  await world.deltas(capped(5, 5_000), capped(4, 4_000));
  await world.caughtUp(feed);
  expect(remainingOf(feed)).toEqual([0, 5_000, Number.MAX_SAFE_INTEGER]);
});

test("a host that starts again knows the pauses of before, and forgets them for a base built long after", async () => {
  const changedAtMs = START_MS - CONTROL_KEPT_MS + 10_000;
  await world.controls(status(4, "paused", changedAtMs), budget(4, 1, changedAtMs));
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  expect(outcomesOf(feed)).toEqual(["paused", "paused", "eligible"]);
  expect(remainingOf(feed)[1]).toBe(1);
  await world.clock.runFor(20_000);
  await world.publish("b2", ADS, 0);
  const later = await world.started();
  await world.until(feed.bases.look());
  for (const each of [feed, later]) {
    await world.caughtUp(each);
    expect(outcomesOf(each)).toEqual(["eligible", "eligible", "eligible"]);
    expect(remainingOf(each)[1]).toBe(ONE.budget.lifetime.capMicros);
  }
});

test("what cannot be read, indexed or compared is counted, named and kept, and stops nothing", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  const [one, two, other] = ADS as [AdDocument, AdDocument, AdDocument];
  await world.garbage(IndexDeltas, String(one.adId), "{ this is no JSON");
  await world.garbage(ServingControl, "17", JSON.stringify({ kind: "budget", campaignId: "x" }));
  const foreign = revised(two, 3, { embedding: { version: "another-space", row: 0 } });
  await world.deltas(
    upsert(foreign),
    { ...upsert(revised(other, 3)), vector: [1, 2] } as ReturnType<typeof upsert>,
    upsert(revised(one, 2, { title: "good" })),
  );
  await world.caughtUp(feed);

  expect(feed.deltas.totals).toEqual({ applied: 1, stale: 0, rejected: 3 });
  expect(feed.control.totals).toEqual({ applied: 0, stale: 0, rejected: 1 });
  const { latest, count } = feed.status().rejections;
  expect(count).toBe(4);
  expect(new Set(latest.map(({ code, adId, topic }) => `${topic} ${adId} ${code}`))).toEqual(
    new Set([
      `index-deltas ${one.adId} TENON1622`,
      `index-deltas ${two.adId} TENON1623`,
      `index-deltas ${other.adId} TENON1407`,
      "serving-control null TENON1622",
    ]),
  );
  expect(latest.find(({ code }) => code === "TENON1623")?.message).toContain(
    `of embedding "another-space", the index of "${SPACE}"`,
  );
  expect(world.troubles).toHaveLength(4);
  // The ads are served as they were before, and count as not covered until a good change comes.
  expect(feed.index.current().version.documentCount).toBe(3);
  expect(feed.coverage).toBeCloseTo(3 / 5);
  await world.deltas(upsert(revised(two, 4)), upsert(revised(other, 4)));
  await world.caughtUp(feed);
  expect(feed.coverage).toBe(1);
});

test("freshness is told per class, and per ad: version, source time, when it was applied", async () => {
  await world.publish("b1", ADS, 0);
  const [one, two] = ADS as [AdDocument, AdDocument];
  // Old news of before the start says nothing about the pipeline.
  await world.deltas(upsert(revised(two, 2), START_MS - 10_000_000));
  const feed = await world.started();
  expect(feed.freshness.content.report()).toMatchObject({ samples: 0, p50Ms: null, p99Ms: null });
  await world.clock.runFor(5_000);
  const sourceAtMs = world.clock.nowMs() - 700;
  await world.deltas(upsert({ ...revised(one, 2), updatedAtMs: sourceAtMs as AdDocument["updatedAtMs"] }, sourceAtMs));
  await world.controls(status(2, "active", world.clock.nowMs() - 300));
  await world.caughtUp(feed);
  const { content, control } = feed.freshnessReport();
  expect([content.samples, control.samples]).toEqual([1, 1]);
  expect(content.p99Ms).toBeGreaterThanOrEqual(700);
  expect(content.p99Ms).toBeLessThan(900);
  expect(control.p50Ms).toBeGreaterThanOrEqual(300);
  expect(control.p50Ms).toBeLessThan(500);
  const appliedAtMs = feed.freshnessOf(one.adId).appliedAtMs as number;
  expect(feed.freshnessOf(one.adId)).toEqual({ adId: one.adId, version: 2, sourceAtMs, appliedAtMs, offset: 1 });
  expect(appliedAtMs - sourceAtMs).toBe(content.p99Ms);
  expect(feed.freshnessOf((ADS[2] as AdDocument).adId)).toMatchObject({ version: 1, appliedAtMs: null, offset: null });
  expect(feed.freshnessOf(999_999_999)).toMatchObject({ version: null, sourceAtMs: null });

  feed.serveBaseOnly(true);
  expect(feed.freshnessOf(one.adId)).toMatchObject({ version: 1, appliedAtMs: null });
  await world.clock.runFor(10 * 60_000);
  expect(feed.freshness.content.report()).toMatchObject({ samples: 0, stalenessMs: world.clock.nowMs() - sourceAtMs });
});

test("a document counts for the class of its newest change; of records that do not say, as content", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  await world.clock.runFor(5_000);
  const at = (ageMs: number) => world.clock.nowMs() - ageMs;
  const [one, two, three] = ADS as [AdDocument, AdDocument, AdDocument];
  await world.deltas(
    { ...upsert(revised(one, 2), at(900)), class: "control" },
    { ...upsert(revised(two, 2), at(100)), class: "content" },
    upsert(revised(three, 2), at(100)),
  );
  await world.caughtUp(feed);
  const { content, control } = feed.freshnessReport();
  expect([content.samples, control.samples]).toEqual([2, 1]);
  expect(control.p50Ms).toBeGreaterThanOrEqual(900);
  expect(content.p99Ms).toBeLessThan(900);
});

test("the off switch hides deltas at once and shows them again, those that came meanwhile too; pauses count all the same", async () => {
  await world.publish("b1", ADS, 0);
  const feed = await world.started();
  const versions = () => ADS.map(({ adId }) => feed.freshnessOf(adId).version);
  const [one, two] = ADS as [AdDocument, AdDocument];
  await world.deltas(upsert(revised(one, 2)));
  await world.caughtUp(feed);
  expect(feed.serveBaseOnly(true)).toMatchObject({ serving: "baseOnly" });
  expect(versions()).toEqual([1, 1, 1]);
  await world.deltas(upsert(revised(two, 3)));
  await world.controls(status(2, "paused"));
  await world.caughtUp(feed);
  expect(versions()).toEqual([1, 1, 1]);
  expect(outcomesOf(feed)).toEqual(["paused", "paused", "eligible"]);
  await world.publish("b2", [revised(one, 2), two, ADS[2] as AdDocument], 1);
  await world.until(feed.bases.look());
  expect(versions()).toEqual([2, 1, 1]);
  expect(feed.serveBaseOnly(false)).toMatchObject({ serving: "live" });
  expect(versions()).toEqual([2, 3, 1]);
});
