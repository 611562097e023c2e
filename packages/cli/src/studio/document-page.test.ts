/** Faults are planted in real stores, and the page in a real browser names each: its rung, its sentence, its owner, its evidence. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { topologyOf } from "@tenon/graph-core";
import { adOffer } from "@tenon/graphs";
import { pipelineTopology } from "@tenon/indexer/operate";
import { AdRow, EntityUpdatesHigh, IndexDeltas, RejectedUpdates } from "@tenon/nodes";
import { versionOf, WriteSetBuilder } from "@tenon/storage-repo/api";
import { PostgresOperations, PostgresWorkStore } from "@tenon/stream-runtime";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { axeFindings } from "../../../../apps/studio/testing/axe-findings.ts";
import { openBrowser } from "../../../../apps/studio/testing/open-browser.ts";
import { type SampleHost, sampleHost } from "../../../../apps/studio/testing/sample-host.ts";
import { askHosts } from "../commands/doc/ask-hosts.ts";
import { hostSaying } from "../testing/host-saying.ts";
import { type SeededIndexing, seededIndexing } from "../testing/seeded-indexing.ts";
import { indexing, PIPELINE, pipelineState } from "./studio-of-host.ts";

const PICTURES = resolve(import.meta.dirname, "../../../../.tenon/studio-pictures");

vi.setConfig({ testTimeout: 60_000 });

let world: SeededIndexing;
let sample: SampleHost;
let browser: Awaited<ReturnType<typeof openBrowser>>;
/** Serving hosts that the page's server asks. */
const hosts: string[] = [];

beforeAll(async () => {
  world = await seededIndexing();
  const document = (adId: number) => indexing(world.stores, askHosts(hosts, undefined)).document?.(adId) as never;
  [sample, browser] = await Promise.all([
    sampleHost(0, {
      flags: { adsMax: "2000", warmUpRequests: "0" },
      graphs: [pipelineTopology(PIPELINE), topologyOf(adOffer)],
      pipeline: () => pipelineState(world.stores),
      more: { document },
    }),
    openBrowser(),
  ]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await sample?.stop();
  await world?.drop();
}, 60_000);

/** What the page says of an ad's document. */
async function page(adId: number) {
  const own = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  try {
    await own.goto(`${sample.url}/studio/#view=document&ad=${adId}`);
    await own.locator(".ladder").waitFor();
    const holds = own.locator(".ladder li.holds");
    const texts = (selector: string) => own.locator(selector).allInnerTexts();
    return {
      sentence: await own.locator("main h1").innerText(),
      acts: (await texts(".acts strong"))[0],
      rung: (await holds.count()) === 0 ? undefined : await holds.locator(".question").innerText(),
      evidence: (await texts(".ladder li.holds .evidence li")).join("; "),
      lanes: Object.fromEntries(
        await Promise.all(
          (await own.locator(".lanes li[data-lane]").all()).map(async (lane) => [
            await lane.getAttribute("data-lane"),
            await lane.locator(".lane i.process").count(),
          ]),
        ),
      ) as Readonly<Record<string, number>>,
    };
  } finally {
    await own.close();
  }
}

const FAR = 1_000_000_000;
const update = (adId: number) => ({
  ...{ entity: "ad", group: "settings", key: adId, version: FAR, operation: "write" as const, columns: {} },
  ...{ sourceAtMs: 1_700_000_000_000, cause: "test" },
});
const publish = async (adId: number) => {
  const value = { kind: "upsert", document: await world.documentOf(adId), vector: null, sourceAtMs: 1 };
  const record = IndexDeltas.record({ key: String(adId), timeMs: 1_700_000_000_000, value: value as never });
  return world.stores.log.append([record]);
};
const workStore = () => new PostgresWorkStore(world.stores.database);
const addWork = (adId: number, handler: string) =>
  workStore().transaction((tx) => workStore().add(tx, [{ handler, key: adId, lane: "high", upTo: 1n, rounds: 0 }]), {
    isolation: "readCommitted",
    attemptsMax: 1,
  });

/** A row that is newer than its document, which nobody has heard of. */
async function writeAhead(): Promise<number> {
  const { adId, adGroupId, creativeId } = world.freshAd();
  const columns = {
    ...{ adGroupId, creativeId, status: "active", keywords: [], floorMicros: 1 },
    settingsSourceAtMs: 4_000_000_000_000,
  };
  const set = new WriteSetBuilder()
    .write(AdRow, "settings", { key: adId, version: versionOf(1, FAR), columns } as never)
    .build();
  await world.stores.repo.tx((tx) => tx.write(set));
  return adId;
}

/** As a worker does whose handler failed too often. */
async function putAside(adId: number, handler: string): Promise<void> {
  await addWork(adId, handler);
  const store = workStore();
  const [item] = await store.claim({ handlers: [handler], lane: "high", itemsMax: 1, leaseMs: 1_000 });
  if (item === undefined) throw new Error("nothing to claim");
  await store.fail(item, { code: "TENON1201", reason: "node failed", inputDigest: undefined, parked: true, waitMs: 0 });
}

test("a document that is served: no rung holds", async () => {
  const { adId } = world.freshAd();
  await publish(adId);
  expect(await page(adId)).toMatchObject({
    rung: undefined,
    evidence: "",
    sentence: expect.stringContaining("is up to date"),
  });
});

test("a handler that is paused: its work waits, and which handler's is said", async () => {
  const { adId } = world.freshAd();
  await addWork(adId, "ad-offer");
  const { rung, acts, sentence, evidence } = await page(adId);
  expect([rung, acts]).toEqual(["Does work of a handler wait?", "ads-auction"]);
  expect(sentence).toMatch(new RegExp(`^Work of handler "ad-offer" for key ${adId} waits in lane high for `));
  expect(evidence).toContain("ad-offer lane high, 0 attempts");
});

test("all handlers paused: they have not heard of the change, and the lanes show when the row was written", async () => {
  const adId = await writeAhead();
  const found = await page(adId);
  expect([found.rung, found.acts]).toEqual(["Have handlers not heard of the change?", "ads-streams"]);
  expect(found.evidence).toMatch(/argus \d+ batches behind/);
  // The time of that write is told by the change feed, the handlers have none of theirs yet.
  expect(found.lanes["updater"]).toBeGreaterThan(0);
});

test("an item that was put aside: handler, code and reason", async () => {
  const { adId } = world.freshAd();
  await putAside(adId, "ad-creative");
  const { rung, acts, sentence, evidence } = await page(adId);
  expect([rung, acts]).toEqual(["Did a handler put its work aside?", "ads-blending"]);
  expect(sentence).toBe(
    `Handler "ad-creative" put its work for key ${adId} aside after 1 attempt: TENON1201 node failed.`,
  );
  expect(evidence).toContain("ad-creative lane high, 1 attempt,");
});

test("a stale version: the source is newer, and the change was not read, waits, or was rejected", async () => {
  const unread = world.freshAd().adId;
  await world.source.execute("update ads.ads set floor_micros = floor_micros + 1 where ad_id = $1", [unread]);
  expect(await page(unread)).toMatchObject({
    rung: "Was a change at the source not read yet?",
    acts: "ads-data",
    evidence: expect.stringMatching(/[1-9][\d.]* [kM]?B behind/),
  });
  const waiting = world.freshAd().adId;
  await world.stores.log.append([
    EntityUpdatesHigh.record({ key: `ad:${waiting}`, timeMs: 1_700_000_000_000, value: update(waiting) as never }),
  ]);
  expect(await page(waiting)).toMatchObject({
    rung: "Does a change wait in a topic?",
    evidence: expect.stringContaining("entity-updates-high"),
  });
  const rejected = world.freshAd().adId;
  const value = {
    update: update(rejected),
    reason: "floorMicros: expected 0 or more, found -1",
    owner: "ads-delivery",
  };
  await world.stores.log.append([
    RejectedUpdates.record({ key: `ad:${rejected}`, timeMs: 1_700_000_000_000, value: value as never }),
  ]);
  expect(await page(rejected)).toMatchObject({
    rung: "Was an update rejected: schema, rule, version?",
    acts: "ads-delivery",
    evidence: `settings version ${FAR}: floorMicros: expected 0 or more, found -1`,
  });
});

test("collected: the log has forgotten the document, and no base holds it; then the gates refuse the base that would", async () => {
  const { adId } = world.freshAd();
  const [at] = await publish(adId);
  if (at === undefined) throw new Error("nothing was appended");
  await world.stores.log.trim({ topic: IndexDeltas.name, partition: at.partition }, at.offset + 1);
  expect(await page(adId)).toMatchObject({
    rung: "Is it in a base alone, and not in the deltas?",
    acts: "ads-retrieval",
    sentence: expect.stringContaining(`deltas begin at offset ${at.offset + 1}`),
    evidence: expect.stringContaining(`log from ${at.offset + 1} to ${at.offset + 1}`),
  });
  const { runs } = world.stores;
  await runs.ask({ workflow: "base-build" });
  const run = await runs.claim({ workflows: ["base-build"], owner: "test", leaseMs: 60_000 });
  if (run === undefined) throw new Error("no run");
  await runs.finish(run, { error: 'TENON1435 gate "shrink" fails: 40 % of the documents are gone' });
  expect(await page(adId)).toMatchObject({
    rung: "Was the base that would hold it refused?",
    evidence: `run ${run.id} TENON1435 gate "shrink" fails: 40 % of the documents are gone`,
  });
});

test("collected at the source: the ad was deleted", async () => {
  const { adId } = world.freshAd();
  await world.source.execute("delete from ads.ads where ad_id = $1", [adId]);
  expect(await page(adId)).toMatchObject({
    rung: "Is the ad missing at its source?",
    sentence: `Ad ${adId} is not in the ads database: it was deleted.`,
  });
});

test("a host that has not loaded it: which, and what it serves instead", async () => {
  const { adId } = world.freshAd();
  await publish(adId);
  const { version } = (await world.documentOf(adId)).ad;
  const older = await hostSaying({ adId, version: version - 1, sourceAtMs: 1, appliedAtMs: 1, offset: null });
  hosts.push(older.url);
  try {
    expect(await page(adId)).toMatchObject({
      rung: "Has a serving host not loaded it?",
      acts: "ads-serving",
      evidence: `${older.url} version ${version - 1}`,
    });
  } finally {
    hosts.pop();
    older.close();
  }
});

test("lag is painted on the boxes of the pipeline's graph: what waits, what was put aside, what is paused, what is held up", async () => {
  const { database } = world.stores;
  for (let at = 0; at < 12; at++) await addWork(world.freshAd().adId, "ad-image");
  await putAside(world.freshAd().adId, "ad-creative");
  await addWork(world.freshAd().adId, "ad-offer");
  await writeAhead();
  // Both have worked before.
  for (const task of ["updater-low", "gateway-changes"])
    await database.execute("insert into stream_offset (task, partition, epoch, next) values ($1, 0, 1, 0)", [task]);
  await new PostgresOperations(database).pause("updater-low", true);
  await database.execute(
    `insert into stream_outbox (task, partition, seq, topic, to_partition, key, time_ms, headers, value, record_id)
     values ('gateway-changes', 0, 1, 'entity-updates-high', 0, 'ad:1', 1, '{}', '\\x', 'planted')`,
  );
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, reducedMotion: "reduce" });
  const own = await context.newPage();
  try {
    await own.goto(`${sample.url}/studio/#view=live`);
    // Nobody reads the change log of this test.
    await own.getByText(/^[1-9][\d.]* [kMG]?B not read$/).waitFor();
    await own.getByRole("link", { name: "Every task and handler" }).click();
    const box = (name: string) => own.locator(`[data-box="${name}"]`);
    // Twelve items: the second tenfold. Work, tasks and outboxes are looked at one after the other, perhaps while they were written.
    await own.locator('[data-box="ad-image"].heat-2').waitFor();
    await box("updater-low").locator(".mark", { hasText: "paused" }).waitFor();
    await own.locator('[data-box="gateway-changes"].held').waitFor();
    expect(await box("ad-image").locator(".line").first().innerText()).toMatch(/^12 items, /);
    expect(await box("ad-image").locator(".ticks .on").count()).toBe(2);
    expect(await box("ad-creative").locator(".mark").innerText()).toMatch(/^\d put aside$/);
    expect(await box("updater-low").locator(".mark").allInnerTexts()).toEqual(["paused"]);
    expect(await box("gateway-signals").getAttribute("class")).not.toContain("held");
    expect(await box("change-feed").locator(".line").first().innerText()).toMatch(/batch/);
    expect(await axeFindings(own)).toEqual([]);
    mkdirSync(PICTURES, { recursive: true });
    await own.screenshot({ path: join(PICTURES, "lag.png") });
    await box("gateway-changes").click();
    expect(await own.getByRole("region", { name: "What waits" }).innerText()).toContain(
      "1 message that the log has not taken",
    );
    // A handler's own graph says what waits before it.
    // The whole graph in view.
    await own.keyboard.press("0");
    await box("ad-offer").click();
    await own.getByRole("link", { name: "The graph that it runs" }).click();
    await own
      .getByText(/^\d items?, /)
      .first()
      .waitFor();
    await own.getByRole("link", { name: "Its place in the pipeline" }).click();
    await box("ad-offer").waitFor();
  } finally {
    await context.close();
  }
});
