/** A process with its HTTP surface: a marketplace that comes in by calls alone, metrics, who may, what is refused. Real Postgres. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { marketplaceSignals } from "@tenon/ads-database";
import { generateMarketplace, loadCatalogue, type Marketplace } from "@tenon/marketplace";
import { AdDocumentRow, IndexDeltas, SOURCE_TABLES } from "@tenon/nodes";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { read } from "@tenon/storage-repo/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adsDatabaseOf, comes } from "../../test/stage-world.ts";
import { indexerSettings } from "./indexer-settings.ts";
import { type IndexerStores, openStores } from "./open-stores.ts";
import { lookAtPipeline } from "./quiet.ts";
import { type RunningIndexer, startIndexer } from "./start-indexer.ts";

const SEED = 7;
const ADS = 12;

let folder: string;
let repository: TestDatabase;
let source: TestDatabase;
let stores: IndexerStores;
let marketplace: Marketplace;
let running: RunningIndexer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-http-"));
  marketplace = generateMarketplace(loadCatalogue(), { seed: SEED, adsMax: ADS });
  [repository, source] = [await testDatabase(), await adsDatabaseOf(marketplace, SEED)];
  const settings = indexerSettings({
    ...{ databaseUrl: repository.url, adsDatabaseUrl: source.url, owner: "test", slot: `http_${process.pid}` },
    ...{ objectStoreUrl: `file://${join(folder, "bases")}`, workFolder: join(folder, "work"), checkedShare: 1 },
  });
  stores = await openStores(settings, {});
  running = await startIndexer({ stores, roles: ["updater", "argus"], http: true });
}, 60_000);
afterAll(async () => {
  await running?.stop();
  await stores?.close();
  await Promise.all([repository?.drop(), source?.drop()]);
  await rm(folder, { recursive: true, force: true });
});

async function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const reply = await fetch(`${running.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
  return { status: reply.status, type: reply.headers.get("content-type"), json: (await reply.json()) as any };
}

const keyColumn = (table: string) =>
  `${table === "budgets" ? "campaign" : table === "targeting" ? "ad_group" : table.slice(0, -1)}_id`;

const servable = () =>
  stores.repo.read([Servable], (snapshot) => snapshot.page(Servable, { rowsMax: 100 })) as Promise<
    readonly { readonly columns: { readonly isServable: boolean } }[]
  >;
const Servable = read(AdDocumentRow, ["isServable"]);

test("a marketplace called in is derived and published, and a handler called dry gives what is stored", async () => {
  for (const table of SOURCE_TABLES) {
    const rows = await source.database.query<{ key: bigint }>(`select ${keyColumn(table)} as key from ads.${table}`);
    const messages = rows.map(({ key }) => ({
      ...{ key: `${table}:${key}`, timeMs: 1_000 },
      value: { table, key: Number(key), operation: "write", committedAtMs: 1_000, position: "0/1" },
    }));
    expect(await post("/v1/stages/gateway-changes", { mode: "now", messages })).toMatchObject({ status: 200 });
  }
  const messages = [...marketplaceSignals(marketplace, { seed: SEED })].map((signal, at) => ({
    ...{ key: `signal:${at}`, timeMs: signal.observedAtMs, value: signal },
  }));
  expect(await post("/v1/stages/gateway-signals", { mode: "now", messages })).toMatchObject({ status: 200 });
  await comes(async () => {
    const rows = await servable();
    return rows.length === ADS && rows.every(({ columns }) => columns.isServable);
  }, "documents");
  // A servable document may still be derived again: what is compared below has to stand still.
  await comes(async () => (await lookAtPipeline(stores)).backlog.length === 0, "rest");

  const keys = marketplace.ads.map(({ adId }) => adId);
  for (const handler of ["ad-offer", "ad-embedding", "servable"]) {
    const { status, json } = await post("/v1/argus", { handler, mode: "dry", keys });
    expect(status).toBe(200);
    expect(json.outputs).toHaveLength(ADS);
    for (const output of json.outputs) {
      expect(output.failure).toBeNull();
      for (const { derived, stored } of output.groups) expect(derived).toEqual(stored);
    }
  }
}, 120_000);

test("a handler called by append runs once for each key, and publishes again", async () => {
  const end = async () => (await stores.log.offsets(IndexDeltas.name))[0]?.end ?? 0;
  const before = await end();
  const keys = marketplace.ads.slice(0, 3).map(({ adId }) => adId);
  const asked = { handler: "servable", mode: "append", keys: [...keys, ...keys] };
  expect((await post("/v1/argus", asked)).json).toEqual({ handler: "servable", mode: "append", added: 3 });
  await comes(async () => (await end()) >= before + 3, "deltas");
}, 60_000);

test("metrics tell of every stage's latency, of drops, of the stores; a process that works is ready", async () => {
  const reply = await fetch(`${running.url}/metrics`);
  const text = await reply.text();
  expect(reply.headers.get("content-type")).toContain("version=0.0.4");
  for (const part of [
    'tenon_index_stage_latency_seconds_count{stage="rows"}',
    'tenon_index_stage_latency_seconds_count{stage="deltas"}',
    'tenon_index_dropped_total{reason="stale"}',
    'tenon_stream_lag{task="updater-high"',
    'tenon_handler_runs_total{handler="servable",outcome="done"}',
    'tenon_index_deltas_end{partition="0"}',
    "tenon_change_log_slot_present{",
    'tenon_index_metrics_read{part="base"} 1',
    'tenon_index_metrics_read{part="slot"} 1',
  ])
    expect(text).toContain(part);
  // Every family is declared once.
  const declared = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(new Set(declared).size).toBe(declared.length);
  expect(await (await fetch(`${running.url}/healthz`)).json()).toEqual({ status: "alive" });
  expect(await (await fetch(`${running.url}/readyz`)).json()).toEqual({ status: "ready", reason: null });
});

test.each<[string, string, unknown, Readonly<Record<string, string>>, number, string]>([
  ["an unknown stage", "/v1/stages/updater", { mode: "now", messages: [{ key: "a", value: 1 }] }, {}, 400, "TENON1652"],
  ["an unknown handler", "/v1/argus", { handler: "ad-ofer", mode: "dry", keys: [1] }, {}, 400, "TENON1652"],
  ["an unknown mode", "/v1/argus", { handler: "ad-offer", mode: "now", keys: [1] }, {}, 400, "TENON1686"],
  ["no messages", "/v1/stages/updater-high", { mode: "now", messages: [] }, {}, 400, "TENON1686"],
  ["text that is no JSON", "/v1/argus", "{", {}, 400, "TENON1686"],
  ["a body that is too large", "/v1/argus", " ".repeat(4 * 2 ** 20 + 1), {}, 413, "TENON1688"],
  [
    "a web page",
    "/v1/argus",
    { handler: "ad-offer", mode: "dry", keys: [1] },
    { origin: "https://x.example" },
    401,
    "TENON1687",
  ],
  ["another path", "/v1/argos", {}, {}, 404, "TENON1689"],
])("%s is refused with a problem", async (_, path, body, headers, status, code) => {
  const answer = await post(path, body, headers);
  expect(answer).toMatchObject({
    status,
    type: expect.stringMatching(/^application\/problem\+json/),
    json: { code, status, hint: expect.any(String) },
  });
});

test("beyond this machine it does not listen without a token, and with one asks for it", async () => {
  const open = { ...stores, settings: { ...stores.settings, host: "0.0.0.0" } };
  await expect(startIndexer({ stores: open, roles: [], http: true })).rejects.toMatchObject({ code: "TENON1691" });
  const adminToken = "sixteen-characters";
  const locked = { ...open, settings: { ...open.settings, adminToken } };
  const other = await startIndexer({ stores: locked, roles: [], http: true });
  const ask = async (headers: Readonly<Record<string, string>>) =>
    (await fetch((other.url as string).replace("0.0.0.0", "127.0.0.1") + "/metrics", { headers })).status;
  expect(await ask({})).toBe(401);
  expect(await ask({ authorization: `Bearer ${adminToken}` })).toBe(200);
  await other.stop();
}, 60_000);
