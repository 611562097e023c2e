/** The whole system in operation: probes from the source to an ad server, and a bad release that is taken back. Real Postgres. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listBases } from "@tenon/ad-index/publish";
import { readConfig } from "@tenon/admixer";
import { applyEdit } from "@tenon/ads-database";
import { systemClock } from "@tenon/graph-core";
import { idOfProbe, type Probe, probesIn, probeWorkflow, runWorkflows } from "@tenon/indexer";
import { drillNamed, runDrill, StoresDrillPort } from "@tenon/indexer/operate";
import { AdDocumentRow } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { probeList, probeRun } from "../commands/probe/probe.ts";
import { keptTerminal } from "../testing/terminal.ts";
import { startWhole, type WholeSystem } from "./start-whole.ts";

const COMES_MAX_MS = 60_000;
const LOOK_MS = 20;
const ADS = 60;

/** Of the system itself: it knows the probes of its project and asks its own ad server. */
const OWN_PROBE = {
  ...{ name: "own", owner: "ads-delivery", purpose: "a test", schedule: null, deadlineMs: 30_000 },
  change: { kind: "bid", bidAmountMicros: 20_000 },
};

let folder: string;
let system: WholeSystem;
const troubles: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-operations-"));
  await mkdir(join(folder, "probes"));
  await writeFile(join(folder, "probes/own.json"), JSON.stringify(OWN_PROBE));
  const flags = { adsMax: ADS, usersCount: 20, port: 0, basePollMs: 100 };
  system = await startWhole({
    ...{ config: readConfig({ folder, environment: {}, flags }), folder, environment: {}, editsPerSecond: 0 },
    onStep: () => undefined,
    onTrouble: (what, error) => troubles.push(`${what}: ${error.message}`),
    onNotice: () => undefined,
  });
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function comes(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const untilMs = performance.now() + COMES_MAX_MS;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(`it does not come: ${what}; ${troubles.join("; ")}`);
    // The system under test shares this thread: looking again and again would keep it from its work.
    await new Promise<void>((resolve) => systemClock.after(LOOK_MS, resolve));
  }
}

/** Runs a workflow of its own until its run has ended. */
async function runProbe(probe: Probe, servers: readonly string[]) {
  const { stores } = system;
  const { adsDatabase, repo, log, probeResults: results } = stores;
  const workflow = probeWorkflow(probe, { adsDatabase, repo, log, results, servers, token: null });
  const id = await stores.runs.ask({ workflow: workflow.name });
  const running = await runWorkflows({ workflows: [workflow], store: stores.runs, owner: "probe-test", lookMs: 5 });
  const runOf = async () =>
    (await stores.runs.runs({ workflow: workflow.name, runsMax: 9 })).find((run) => run.id === id);
  await comes(async () => ["done", "failed"].includes((await runOf())?.state ?? ""), `the end of ${workflow.name}`);
  await running.stop();
  return runOf();
}

test("the pipeline answers for its stages, shows its metrics, and runs the project's probes by command", async () => {
  const { indexerUrl, stores } = system;
  expect(new URL(indexerUrl).hostname).toBe("127.0.0.1");
  const metrics = await (await fetch(`${indexerUrl}/metrics`)).text();
  expect(metrics).toMatch(/^tenon_stream_events_total/m);
  expect((await fetch(`${indexerUrl}/readyz`)).status).toBe(200);
  const key = (await offers())[0]?.key as number;
  const value = { table: "ads", key, operation: "write", committedAtMs: 1, position: "by hand" };
  const call = await fetch(`${indexerUrl}/v1/stages/gateway-changes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ mode: "dry", messages: [{ key: `ads:${key}`, value }] }),
  });
  expect([call.status, Object.keys((await call.json()) as object)]).toEqual([200, expect.arrayContaining(["outputs"])]);

  const kept = keptTerminal({ folder, environment: { DATABASE_URL: stores.settings.databaseUrl } });
  const options = { folder: join(folder, "probes") };
  expect(await probeRun("own", options, kept)).toBe(0);
  expect(kept.said.out).toMatch(/^step +server +after\nwritten +http:\S+ +\S+.*\nchanged .*\ndeleted .*\n$/);
  expect(await probeList(options, kept)).toBe(0);
  expect(kept.said.out).toMatch(/\nown +ads-delivery +by command +bid +served after \S+.* at most +a test\n$/);
  await expect(probeRun("onw", options, kept)).rejects.toMatchObject({ code: "TENON1715" });
}, 120_000);

const rowsOf = async (probe: Probe) =>
  Number(
    (
      await system.stores.adsDatabase.query<{ count: bigint }>(
        "select count(*) as count from ads.ads where ad_id = $1",
        [idOfProbe(probe)],
      )
    )[0]?.count,
  );

test.each(probesIn(join(import.meta.dirname, "../../../../probes")).map((probe) => [probe.name, probe] as const))(
  "probe %s is served, changed and gone, twice, and leaves nothing",
  async (name, probe) => {
    for (let times = 0; times < 2; times++) {
      const run = await runProbe(probe, [system.admixer.url]);
      expect(run).toMatchObject({ state: "done", done: 3, error: null });
    }
    const results = await system.stores.probeResults.latest(name, 9);
    expect(results.map(({ step }) => step)).toEqual(["deleted", "changed", "written", "deleted", "changed", "written"]);
    for (const { latencyMs } of results) expect(latencyMs).toBeGreaterThan(0);
    expect(await rowsOf(probe)).toBe(0);
  },
  120_000,
);

test("a probe that is not served in time fails, names server, step and owner, and leaves nothing", async () => {
  const { stores } = system;
  await stores.switches.set("publishing", false, { reason: "drill", by: "test" });
  const [bid] = probesIn(join(import.meta.dirname, "../../../../probes")) as readonly [Probe];
  // The switch is known everywhere after a second.
  await comes(async () => {
    const run = await runProbe({ ...bid, deadlineMs: 3_000 }, [system.admixer.url]);
    // A run in whose middle the switch becomes known fails at a later step.
    return run?.error?.includes('TENON1694 probe "bid": what it has written was not served in time') ?? false;
  }, "a failed probe");
  expect(await stores.probeResults.latest("bid", 1)).toMatchObject([{ step: "written", latencyMs: null }]);
  expect(await rowsOf(bid)).toBe(0);
  await stores.switches.set("publishing", true, { reason: "drill is over", by: "test" });
}, 120_000);

const drillPort = () =>
  new StoresDrillPort({
    ...system.stores,
    ...{ servers: [system.admixer.url], token: null, by: "test", waitMsMax: COMES_MAX_MS },
  });

const Offer = read(
  AdDocumentRow,
  AdDocumentRow.columns.filter(({ group }) => group === "offer").map(({ name }) => name) as never,
);

async function offers() {
  return (await system.stores.repo.read([Offer], (snapshot) =>
    snapshot.page(Offer as never, { rowsMax: 1_000 }),
  )) as never as readonly {
    readonly key: number;
    readonly versions: { readonly offer: bigint };
    readonly columns: Readonly<Record<string, unknown>>;
  }[];
}

/** Bids as requests see them. */
async function servedBids(adIds: readonly number[]): Promise<readonly number[]> {
  const index = system.admixer.host.feed?.index;
  const records = await index?.current().forwardRecords(adIds as never, AbortSignal.timeout(5_000));
  return (records?.found ?? []).map(({ bid }) => (bid.pays === "perClick" ? bid.bidMicros : bid.cpmMicros));
}

test("drill, bad release: bids of zero are hidden, the base goes back, documents are refreshed, and all is served as it was", async () => {
  const { stores, admixer } = system;
  const { feed } = admixer.host;
  const live = (await offers()).filter(({ key }) => key < 2 ** 52);
  const adIds = live.map(({ key }) => key);
  const before = await servedBids(adIds);
  expect(before).toHaveLength(ADS);
  expect(before.every((bid) => bid > 0)).toBe(true);

  const builtId = await stores.runs.ask({ workflow: "base-build" });
  await comes(
    async () => (await stores.runs.runs({ runsMax: 9 })).find(({ id }) => id === builtId)?.state === "done",
    "a second base",
  );
  const [newer, older] = (await listBases(stores.bases)).bases;
  await comes(() => feed?.status().base?.name === newer?.manifest.name, "the second base served");

  // What the release wrote, at the versions its handler had.
  const bad = live.map(({ key, versions, columns }) => ({
    ...{ key, version: versions.offer + 1n },
    columns: { ...columns, bid: { ...(columns["bid"] as object), ...zeroBid(columns["bid"] as never) } },
  }));
  await stores.repo.tx((tx) => tx.write({ ad_document: { groups: { offer: bad } } } as never));
  await comes(async () => (await servedBids(adIds)).every((bid) => bid === 0), "bids of zero");

  const after: Readonly<Record<string, () => Promise<void>>> = {
    "hide deltas": async () => expect(await servedBids(adIds)).toEqual(before),
    "roll back": async () => {
      expect(feed?.status().base?.name).toBe(older?.manifest.name);
      expect(await servedBids(adIds)).toEqual(before);
      // An advertiser's edit in between.
      const bids = [{ adGroupId: await groupOf(adIds[0] as number), bidAmountMicros: 4_440_000 }];
      await stores.adsDatabase.transaction((tx) => applyEdit(tx, { atMs: 1, change: { kind: "setBids", bids } }));
    },
  };
  const steps = drillNamed("bad-release").steps({ handlers: ["ad-offer"] });
  const done: string[] = [];
  await runDrill({ name: "bad-release", steps }, drillPort(), {
    onDone: async ({ name }) => {
      done.push(name);
      await after[name]?.();
    },
  });
  expect(done).toEqual(["hide deltas", "roll back", "refresh", "wait for it", "verify", "serve live"]);
  const wanted = async () => {
    const served = await servedBids(adIds);
    return served[0] === 4_440_000 && served.every((bid) => bid > 0);
  };
  await comes(wanted, "the good bids, and the new one");
  expect(feed?.status().rejections.count).toBe(0);
}, 180_000);

function zeroBid(bid: { readonly bidMicros?: number }): object {
  return "bidMicros" in bid ? { bidMicros: 0 } : { cpmMicros: 0 };
}

async function groupOf(adId: number): Promise<number> {
  const [row] = await system.stores.adsDatabase.query<{ id: bigint }>(
    "select ad_group_id as id from ads.ads where ad_id = $1",
    [adId],
  );
  return Number(row?.id);
}
