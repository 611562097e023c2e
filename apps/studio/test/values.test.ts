/** Values of a real host's runs: what is shown, what is refused, what is kept. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdRequest } from "@tenon/ads-model";
import type { CandidateBatch } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  fatesOf,
  type NodeValues,
  NodeValuesSchema,
  nodeValuesAddress,
  type RunDocument,
  type SlotView,
} from "../src/data/index.ts";
import { appFiles, exportStudio, studioProxy } from "../src/server/index.ts";
import { REPEATS_KEPT_MAX, RepeatedRuns } from "../src/server/repeated-runs.ts";
import { type SampleHost, sampleHost } from "../testing/sample-host.ts";

let sample: SampleHost;
beforeAll(async () => {
  sample = await sampleHost(REPEATS_KEPT_MAX + 2, { flags: { adsMax: "5000" } });
}, 120_000);
afterAll(() => sample?.stop(), 30_000);

const ask = async (address: string, init?: RequestInit) => {
  const reply = await fetch(`${sample.url}/studio/data/${address}`, init);
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
};
async function valuesOf(requestId: string, node: string, query = ""): Promise<NodeValues> {
  const { status, body } = await ask(`${nodeValuesAddress(requestId, node)}${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return NodeValuesSchema.parse(body);
}
const slotIn = ({ slots }: NodeValues, key: string): SlotView => {
  const found = slots.find((each) => each.key === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};
const nodes = () => sample.host.host.topology.nodes;
async function lostAd(requestId: string): Promise<number> {
  const { body } = await ask(`runs/${requestId}.json`);
  const found = [...fatesOf(body as RunDocument)].find(([, fate]) => fate === "lost_auction")?.[0];
  if (found === undefined) throw new Error("no ad lost");
  return found;
}

test("every slot of every node: its writer, and for the ad the values that the ledger's own batches hold", async () => {
  const adId = await lostAd("sample-1");
  const { ledger } = sample.host.host.kept.get("sample-1") as {
    ledger: { stages: readonly { batch: CandidateBatch }[] };
  };
  const last = ledger.stages.findLast(({ batch }) => batch.rowOfId(adId) !== -1)?.batch as CandidateBatch;
  for (const { name, reads, soft, writes } of nodes()) {
    const values = await valuesOf("sample-1", name, `?ad=${adId}`);
    expect(values.slots.map(({ key, as }) => [key, as])).toEqual([
      ...reads.map((key) => [key, "reads"]),
      ...soft.map((key) => [key, "soft"]),
      ...writes.map((key) => [key, "writes"]),
    ]);
    for (const { key, writer, absent, kind } of values.slots) {
      const { requested, producer } = sample.host.host.topology.slots.find((slot) => slot.key === key) ?? {};
      expect([key, writer, absent || kind !== null]).toEqual([key, requested === true ? "@request" : producer, true]);
    }
  }
  const picking = await valuesOf("sample-1", "pickWinners", `?ad=${adId}`);
  const entered = slotIn(picking, "distinctAdvertisers");
  expect(entered.ad?.row).toBe(last.rowOfId(adId));
  expect(entered.ad?.values["bidMicros"]).toBe(last.column("bidMicros").at(last.rowOfId(adId)));
  expect(entered.table?.rows.find((row) => row.adId === adId)?.row).toBe(last.rowOfId(adId));
  expect(slotIn(picking, "auctionWinners")).toMatchObject({ kind: "batch", ad: null });
});

test("who asks, where from and for what is in no value of any node", async () => {
  const { host } = sample.host;
  let asked = 0;
  const word = fc.stringMatching(/^[a-z]{12}$/);
  await fc.assert(
    fc.asyncProperty(word, word, word, async (user, city, query) => {
      const requestId = `values-${++asked}`;
      const { requestId: _, timestampMs: __, query: ___, ...base } = sample.host.sampleRequest(1) as AdRequest;
      const planted = { userId: `zz-${user}`, city: `zzcity ${city}`, query: `zzask ${query}` };
      const consent = { personalisation: true, measurement: true };
      await host.answer({ ...base, ...planted, consent, surface: "search", requestId }, { traced: true });
      const kept = host.kept.get(requestId);
      const pseudonym = kept?.featureLog?.userPseudonym;
      // It is there to be found: the run itself has all of it.
      expect([kept?.request.userId, typeof pseudonym]).toEqual([planted.userId, "string"]);
      const all: NodeValues[] = [];
      for (const { name } of nodes()) all.push(await valuesOf(requestId, name, "?ad=1"));
      const everything = JSON.stringify(all);
      for (const value of [...Object.values(planted), user, city, query, "zzask", pseudonym as string])
        expect(everything.includes(value), value).toBe(false);
      expect(everything).toContain("[personal]");
      const request = all.flatMap(({ slots }) => slots).find(({ key }) => key === "adRequest");
      expect(request).toMatchObject({ personal: true, kind: "record", preview: null, table: null, ad: null });
    }),
    { numRuns: 3 },
  );
}, 60_000);

test("a value that a failure policy gave is marked, and so is one that nobody gave", async () => {
  const { host } = sample.host;
  const send = () => host.answer({ ...sample.host.sampleRequest(1), requestId: "values-degraded" }, { traced: true });
  const off = ["loadAdRecords", "retrieveForExploration"];
  for (const name of off) host.executor.setSwitch(name, false);
  await send().finally(() => {
    for (const name of off) host.executor.setSwitch(name, true);
  });
  const records = slotIn(await valuesOf("values-degraded", "dropUnrecorded"), "adRecords");
  expect(records).toMatchObject({ writer: "loadAdRecords", outcome: "switchedOff", fallback: true, absent: false });
  expect(records.preview).toEqual({ loaded: false, found: [] });
  const found = slotIn(await valuesOf("values-degraded", "mergeCandidates"), "explorationCandidates");
  expect(found).toMatchObject({ as: "soft", outcome: "switchedOff", fallback: false, absent: true, kind: null });
  expect(slotIn(await valuesOf("sample-0", "dropUnrecorded"), "adRecords").fallback).toBe(false);
});

test.each([
  ["a run that is not kept", "runs/none/nodes/pace.json", 404, "TENON2051"],
  ["a node that is not there", "runs/sample-0/nodes/none.json", 404, "TENON2051"],
  ["no document", "runs/sample-0/nodes/pace", 404, "TENON2051"],
  ["an ad that is no number", "runs/sample-0/nodes/pace.json?ad=x", 400, "TENON2053"],
])("refused: %s", async (_, address, status, code) => {
  const { status: found, body } = await ask(address);
  expect([found, body["code"]]).toEqual([status, code]);
  expect(body["hint"]).toBeTruthy();
});

test("another page, and a stranger without the token, get no values", async () => {
  const address = nodeValuesAddress("sample-0", "pace");
  expect((await ask(address, { headers: { origin: "https://elsewhere.example" } })).status).toBe(401);
  const adminToken = "a-secret-of-16-chars";
  const locked = await sampleHost(1, {
    environment: { TENON_ADMIN_TOKEN: adminToken },
    flags: { host: "0.0.0.0", adsMax: "2000", warmUpRequests: "0" },
  });
  const url = locked.url.replace("0.0.0.0", "127.0.0.1");
  const proxy = await studioProxy({ host: url, token: adminToken, app: appFiles() });
  try {
    expect((await fetch(`${url}/studio/data/${address}`)).status).toBe(401);
    // A studio elsewhere passes the ad on.
    const own = await proxy.listen({ host: "127.0.0.1", port: 0 });
    const reply = await fetch(`${own}/studio/data/${address}?ad=12`);
    expect(NodeValuesSchema.parse(await reply.json()).adId).toBe(12);
  } finally {
    await proxy.close();
    await locked.stop();
  }
}, 60_000);

test("a run is repeated once for all its nodes, and few stay", async () => {
  const { host } = sample.host;
  let repeats = 0;
  const counting = Object.create(host, {
    runs: {
      value: {
        repeat: (kept: Parameters<typeof host.runs.repeat>[0]) => {
          repeats++;
          return host.runs.repeat(kept);
        },
      },
    },
  }) as typeof host;
  const runs = new RepeatedRuns(counting);
  await Promise.all(nodes().map(({ name }) => runs.values("sample-0", name, undefined)));
  expect(repeats).toBe(1);
  for (let at = 0; at < REPEATS_KEPT_MAX + 2; at++) await runs.values(`sample-${at}`, "pace", undefined);
  expect([repeats, runs.size]).toEqual([REPEATS_KEPT_MAX + 2, REPEATS_KEPT_MAX]);
});

test("an export holds the values of its runs up to its bound, and says where they end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-values-"));
  const long = "x".repeat(60_000);
  const asked: string[] = [];
  await exportStudio({
    folder,
    app: await appFiles(),
    ask: async (address) => {
      const { status, body } = await ask(address);
      if (address.includes("/nodes/")) asked.push(address);
      if (address.startsWith("runs/sample-2/nodes/")) throw new Error("another base is served");
      if (status !== 200) throw new Error(address);
      return address.startsWith("runs/sample-1/nodes/") ? { ...body, plan: long } : body;
    },
  });
  const read = (requestId: string, node: string) =>
    JSON.parse(readFileSync(join(folder, "data", nodeValuesAddress(requestId, node)), "utf8")) as NodeValues;
  expect(read("sample-0", "pace")).toEqual(await valuesOf("sample-0", "pace"));
  const [first, , , , , sixth] = nodes().map(({ name }) => name) as [string, string, string, string, string, string];
  expect([read("sample-1", first).plan, read("sample-1", first).none]).toEqual([long, null]);
  expect(NodeValuesSchema.parse(read("sample-1", sixth))).toMatchObject({
    slots: [],
    none: expect.stringContaining("at most 262144 bytes") as string,
  });
  expect(read("sample-2", first).none).toContain("another base is served");
  // What is not kept is not asked for.
  expect(asked.filter((address) => address.startsWith("runs/sample-1/")).length).toBeLessThan(7);
  rmSync(folder, { recursive: true });
}, 60_000);
