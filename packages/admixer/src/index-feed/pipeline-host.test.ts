/** A whole host on a real log: Postgres, HTTP, settings. */

import type { AdDocument } from "@tenon/ads-model";
import type { EventLog } from "@tenon/event-log/api";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { systemClock } from "@tenon/graph-core";
import { IndexDeltas, ServingControl } from "@tenon/nodes";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ADS_AT_FIRST, PipelineWorld, revised, upsert } from "../../test/pipeline-world.ts";
import { startTestHost, type TestHost } from "../../test/test-host.ts";
import type { Settings } from "../index.ts";

const [A, B] = ADS_AT_FIRST as [AdDocument, AdDocument];
/** Longest wait for something that is on its way, ms. */
const COMES_MAX_MS = 20_000;

let database: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  database = await testDatabase();
  log = await openEmbeddedLog({ database: database.database, retainEveryMs: 0 });
  await log.createTopics([IndexDeltas, ServingControl]);
});
afterAll(async () => {
  await log.close();
  await database.drop();
});

/** Here only for its store. */
let world: PipelineWorld;
let hosts: TestHost[];
beforeEach(async () => {
  world = await PipelineWorld.begin();
  hosts = [];
});
afterEach(async () => {
  for (const host of hosts) await host.end();
  await world.end();
});

async function start(settings: Partial<Settings> = {}): Promise<TestHost> {
  const host = await startTestHost(
    {
      ...({ adSource: "pipeline", indexStore: world.storeUrl, usersCount: 50, basePollMs: 100 } as const),
      indexLog: database.url,
      ...settings,
    },
    { clock: systemClock },
  );
  hosts.push(host);
  return host;
}

const endOf = async () => (await log.offsets(IndexDeltas.name))[0]?.end ?? 0;
const append = (ad: AdDocument) =>
  log.append([IndexDeltas.record({ key: String(ad.adId), timeMs: 1, value: upsert(ad) })]);

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
async function json(host: TestHost, path: string): Promise<any> {
  return JSON.parse((await host.get(path)).text);
}

async function comes(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + COMES_MAX_MS;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error("it does not come");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function post(host: TestHost, path: string, body: unknown) {
  const headers = { "content-type": "application/json" };
  const reply = await fetch(host.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return { status: reply.status, json: (await reply.json()) as any };
}

test("a host serves the base, shows each delta, and its off switch is seen in status, metrics and traces", async () => {
  await world.publish("b1", ADS_AT_FIRST, await endOf());
  const host = await start({ checkedShare: 1 });
  expect(await json(host, "/readyz")).toMatchObject({ status: "ready", ads: ADS_AT_FIRST.length });
  const { startMs } = host;
  for (const part of ["catalogue", "log", "loadBase", "openBase", "budgets", "catchUp", "warmUp", "total"])
    expect(startMs[part], part).toBeGreaterThanOrEqual(0);

  const { offset } = (await append(revised(A, 2)))[0] as { offset: number };
  await comes(async () => (await json(host, `/v1/index/ads/${A.adId}`)).version === 2);
  expect(await json(host, `/v1/index/ads/${A.adId}`)).toMatchObject({ adId: A.adId, version: 2, offset });
  expect(await json(host, "/v1/index")).toMatchObject({
    state: "live",
    serving: "live",
    base: { name: "b1", by: "start" },
    deltas: { nextOffset: offset + 1, lagRecords: 0, applied: 1 },
  });
  const metrics = (await host.get("/metrics")).text;
  expect(metrics).toContain('tenon_admixer_index_freshness_ms{class="content",quantile="0.99"}');
  expect(metrics).toContain('tenon_admixer_index_lag_records{topic="index-deltas"} 0');
  expect(metrics).toContain("tenon_admixer_index_base_only 0");
  expect(metrics).toContain("tenon_admixer_index_coverage 1");

  expect((await post(host, "/v1/index/serving", { serving: "baseOnly" })).json).toMatchObject({ serving: "baseOnly" });
  expect((await host.get("/metrics")).text).toContain("tenon_admixer_index_base_only 1");
  expect((await json(host, `/v1/index/ads/${A.adId}`)).version).toBe(1);
  const { json: answer } = await host.post(host.sampleRequest(), { "x-tenon-trace": "1" });
  expect((await host.get(`/v1/trace/${answer.requestId}`)).text).toContain("b1+baseOnly ");
  expect((await post(host, "/v1/index/serving", { serving: "sometimes" })).status).toBe(400);
});

test("switched off by a setting, a host is off from its first request, however often it starts", async () => {
  await world.publish("b1", ADS_AT_FIRST, await endOf());
  await append(revised(B, 2));
  for (let starts = 0; starts < 2; starts++) {
    const host = await start({ indexServing: "baseOnly" });
    expect(await json(host, "/v1/index")).toMatchObject({ serving: "baseOnly", deltas: { applied: 1 } });
    expect((await json(host, `/v1/index/ads/${B.adId}`)).version).toBe(1);
    await host.stop();
  }
});

test("a host without a base says so, refuses requests, and serves by itself once one is published", async () => {
  const host = await start();
  expect(await host.get("/readyz")).toMatchObject({ status: 503, text: expect.stringContaining("waitingForBase") });
  const refused = await host.post(host.sampleRequest());
  expect(refused).toMatchObject({
    status: 503,
    json: { code: "TENON1615", title: expect.stringContaining("none is published") },
  });
  await world.publish("b1", ADS_AT_FIRST, await endOf());
  expect((await post(host, "/v1/index/look", {})).json).toMatchObject({ base: { name: "b1" } });
  await comes(() => host.host.ready);
  expect((await host.post(host.sampleRequest())).status).toBe(200);
});

test("a host that generates its ads has no feed, and says what to set", async () => {
  const host = await startTestHost({ adsMax: 10, usersCount: 10 });
  hosts.push(host);
  expect(await json(host, "/v1/index")).toMatchObject({ status: 404, code: "TENON1625" });
  expect((await host.get("/metrics")).text).not.toContain("tenon_admixer_index_");
});
