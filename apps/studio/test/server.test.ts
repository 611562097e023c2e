/** The studio on a real host: what it gives, what it refuses, and that nothing personal leaves. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AdRequest, adId } from "@tenon/ads-model";
import type { ReasonLedger } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  AdDocumentSchema,
  CohortDocumentSchema,
  GraphDocumentSchema,
  IndexDocumentSchema,
  LiveDocumentSchema,
  RunDocumentSchema,
  type WhatIfRequest,
} from "../src/data/index.ts";
import { appFiles, askHost, exportStudio, studioProxy } from "../src/server/index.ts";
import { type SampleHost, sampleHost } from "../testing/sample-host.ts";

let sample: SampleHost;
const asked: WhatIfRequest[] = [];
beforeAll(async () => {
  const answer = {
    first: null,
    differing: [],
    before: "b",
    after: "a",
    shownBefore: [],
    shownAfter: [],
    reran: 3,
    flip: null,
  };
  sample = await sampleHost(30, {
    more: {
      whatIf: async (question) => {
        asked.push(question);
        return answer;
      },
    },
  });
}, 120_000);
afterAll(() => sample?.stop(), 30_000);

const data = async (address: string, init?: RequestInit) => {
  const reply = await fetch(`${sample.url}/studio/data/${address}`, init);
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Record<string, unknown> };
};

test("every document is as its schema says", async () => {
  const index = IndexDocumentSchema.parse((await data("index.json")).body);
  expect(index.runs).toHaveLength(30);
  expect(index.can).toEqual({ documents: false, whatIf: true, lineage: false, live: true, values: true });
  for (const { hash } of index.graphs) GraphDocumentSchema.parse((await data(`graphs/${hash}.json`)).body);
  for (const { requestId } of index.runs.slice(0, 5))
    RunDocumentSchema.parse((await data(`runs/${requestId}.json`)).body);
  const [run] = index.runs;
  CohortDocumentSchema.parse((await data(`cohorts/${run?.graphHash}.json`)).body);
  AdDocumentSchema.parse((await data(`runs/${run?.requestId}/ads/${run?.shown[0] ?? 1}.json`)).body);
  LiveDocumentSchema.parse((await data("live.json")).body);
});

/** From the ledger itself, step by step: no part of the studio's documents. */
function recomputed(ledger: ReasonLedger, id: number, shown: boolean) {
  const judged = ledger.stages.filter(({ batch }) => batch.rowOfId(id) !== -1);
  const dropping = judged.find(({ kept }) => kept.rowOfId(id) === -1);
  const place =
    dropping === undefined ? -1 : [...dropping.droppedRows].findIndex((row) => dropping.batch.ids.at(row) === id);
  const drop = dropping?.drops[place];
  const fate = shown ? "shown" : judged.length === 0 ? "neverEntered" : drop === undefined ? "kept" : "dropped";
  return {
    fate,
    stages: judged.length,
    node: dropping?.nodeIndex,
    reason: drop?.reason,
    value: drop?.value ?? null,
    threshold: drop?.threshold ?? null,
  };
}

test("for 50 random pairs of request and ad, the verdict is what the ledger says", async () => {
  const { kept, topology } = sample.host.host;
  const fates = new Set<string>();
  const pairs = fc.sample(fc.tuple(fc.nat({ max: 29 }), fc.nat({ max: 100_000 })), { numRuns: 50, seed: 20261122 });
  for (const [at, pick] of pairs) {
    const run = kept.get(`sample-${at}`);
    if (run === undefined) throw new Error(`no run ${at}`);
    const ids = run.ledger.stages.flatMap(({ batch }) =>
      Array.from({ length: batch.size }, (_, row) => batch.ids.at(row)),
    );
    // Most are candidates; a fifth is any ad of the market, which mostly never entered.
    const id = pick % 5 === 0 ? 1 + (pick % 50_000) : (ids[pick % ids.length] as number);
    const shown = run.response?.positions.some((each) => each.kind === "ad" && each.adId === id) === true;
    const expected = recomputed(run.ledger, id, shown);
    const { body } = await data(`runs/sample-${at}/ads/${id}.json`);
    const { fate, steps, decision, sentence } = AdDocumentSchema.parse(body);
    fates.add(fate);
    expect([fate, steps.length], `request ${at}, ad ${id}`).toEqual([expected.fate, expected.stages]);
    const node = expected.node === undefined || shown ? undefined : topology.nodes[expected.node];
    if (fate !== "dropped") continue;
    expect(decision).toMatchObject({
      node: node?.name,
      owner: node?.owner,
      reason: expected.reason,
      value: expected.value,
      threshold: expected.threshold,
    });
    expect(decision?.place?.file).toMatch(/^packages\/nodes\/.+\.ts$/);
    expect(sentence).toContain(`${node?.name} dropped it`);
  }
  expect(fates).toContain("dropped");
  expect(fates).toContain("neverEntered");
});

test("nothing personal leaves the process, whatever is in the request", async () => {
  const { host } = sample.host;
  const word = fc.stringMatching(/^[a-z]{12}$/);
  await fc.assert(
    fc.asyncProperty(word, word, word, async (user, city, query) => {
      const requestId = `personal-${user}`;
      const { requestId: _, timestampMs: __, query: ___, ...base } = sample.host.sampleRequest(1) as AdRequest;
      const planted = { userId: `zz-${user}`, city: `zzcity ${city}`, query: `zzask ${query}` };
      await host.answer({ ...base, ...planted, surface: "search", requestId }, { traced: true });
      const index = await data("index.json");
      const hash = RunDocumentSchema.parse((await data(`runs/${requestId}.json`)).body).graphHash;
      const everything = JSON.stringify([
        index.body,
        (await data(`runs/${requestId}.json`)).body,
        (await data(`cohorts/${hash}.json`)).body,
        (await data(`runs/${requestId}/ads/1.json`)).body,
        (await data("live.json")).body,
      ]);
      for (const value of Object.values(planted)) expect(everything).not.toContain(value);
      expect(everything).not.toContain(query);
      expect(everything).toContain("[personal]");
    }),
    { numRuns: 5 },
  );
});

test.each([
  ["a request that is not kept", "runs/none.json", 404, "TENON2051"],
  ["a graph that is not there", "graphs/none.json", 404, "TENON2051"],
  ["an ad that is no number", "runs/sample-0/ads/x.json", 400, "TENON2053"],
  ["documents without a pipeline", "documents/1.json", 409, "TENON2052"],
  ["lineage without a pipeline", "lineage.json", 409, "TENON2052"],
  ["reports where there are none", "reports/1.json", 409, "TENON2052"],
])("refused: %s", async (_, address, status, code) => {
  const { status: found, body, headers } = await data(address);
  expect([found, body["code"]]).toEqual([status, code]);
  expect(body["hint"]).toBeTruthy();
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
});

const question = {
  requestId: "sample-0",
  adId: 1,
  edits: [{ slot: "retrievedAds", column: "bidMicros", adId: 1, value: 5 }],
  flip: null,
};
const post = (body: unknown, headers: Record<string, string> = {}) =>
  data("what-if", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

test("a question reaches whoever repeats runs; a wrong one is refused, and says what is wrong", async () => {
  expect((await post(question)).body).toMatchObject({ reran: 3 });
  expect(asked.at(-1)).toEqual(question);
  const wrong = await post({ ...question, edits: [{ slot: "" }] });
  expect([wrong.status, wrong.body["code"]]).toEqual([400, "TENON2053"]);
  const many = await post({ ...question, edits: Array.from({ length: 17 }, () => question.edits[0]) });
  expect(many.status).toBe(400);
  expect(await post(question, { origin: sample.url })).toMatchObject({ status: 200 });
  const foreign = await post(question, { origin: "https://elsewhere.example" });
  expect([foreign.status, foreign.body["code"]]).toEqual([401, "TENON2050"]);
});

test("beyond this machine: the page is given, the data wants the token", async () => {
  const adminToken = "a-secret-of-16-chars";
  const locked = await sampleHost(1, {
    environment: { TENON_ADMIN_TOKEN: adminToken },
    flags: { host: "0.0.0.0", adsMax: "2000", warmUpRequests: "0" },
  });
  const url = locked.url.replace("0.0.0.0", "127.0.0.1");
  try {
    expect((await fetch(`${url}/studio/`)).status).toBe(200);
    const bare = await fetch(`${url}/studio/data/index.json`);
    expect([bare.status, bare.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const ok = await fetch(`${url}/studio/data/index.json`, { headers: { authorization: `Bearer ${adminToken}` } });
    expect(ok.status).toBe(200);
    // A studio elsewhere gives the token for its page, which never sees it.
    const proxy = await studioProxy({ host: url, token: adminToken, app: appFiles() });
    const own = await proxy.listen({ host: "127.0.0.1", port: 0 });
    expect(((await (await fetch(`${own}/studio/data/index.json`)).json()) as { live: boolean }).live).toBe(true);
    expect(
      (await fetch(`${own}/studio/data/index.json`, { headers: { origin: "https://elsewhere.example" } })).status,
    ).toBe(401);
    expect((await fetch(`${own}/studio/data/..%2f..%2fv1%2ftraces`)).status).toBe(404);
    await proxy.close();
    const tokenless = await askHost(`${url}/studio/data/index.json`, { token: undefined });
    expect(tokenless.status).toBe(401);
  } finally {
    await locked.stop();
  }
}, 60_000);

test("a host that is silent, and one that is no studio", async () => {
  await expect(askHost("http://127.0.0.1:1/studio/data/index.json", { token: undefined })).rejects.toMatchObject({
    code: "TENON2055",
  });
  const other = createServer((_, reply) => reply.setHeader("content-type", "text/html").end("<p>hello"));
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as AddressInfo;
  await expect(askHost(`http://127.0.0.1:${port}/studio/data/index.json`, { token: undefined })).rejects.toMatchObject({
    code: "TENON2055",
    detail: "found status 200 and text/html",
  });
  other.close();
});

test("the page: its files alone, packed where the browser takes it, never sniffed", async () => {
  const page = await fetch(`${sample.url}/studio/`);
  const html = await page.text();
  expect(page.headers.get("content-encoding")).toBe("gzip");
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(html).not.toMatch(/https?:\/\/(?!127)/);
  const script = /src="\.\/(assets\/[^"]+)"/.exec(html)?.[1];
  const plain = await fetch(`${sample.url}/studio/${script}`, { headers: { "accept-encoding": "identity" } });
  expect([plain.status, plain.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
  for (const name of ["assets/..%2findex.html", "assets/none.js", "assets/%2e%2e%2f%2e%2e%2fpackage.json"])
    expect((await fetch(`${sample.url}/studio/${name}`)).status, name).toBe(404);
  expect((await fetch(`${sample.url}/studio`, { redirect: "manual" })).headers.get("location")).toBe("/studio/");
});

test("an export holds what a server gives, at the same addresses; a folder with something else is left alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-export-"));
  const ask = async (address: string) => (await data(address)).body;
  const app = await appFiles();
  expect(await exportStudio({ folder, app, ask })).toMatchObject({ documents: 0 });
  const read = (address: string) =>
    JSON.parse(readFileSync(join(folder, "data", address), "utf8")) as Record<string, unknown>;
  const index = IndexDocumentSchema.parse(read("index.json"));
  expect(index).toMatchObject({ live: false, can: { whatIf: false } });
  for (const { requestId } of index.runs)
    expect(read(`runs/${requestId}.json`)).toEqual(await ask(`runs/${requestId}.json`));
  await exportStudio({ folder, app, ask });
  rmSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "mine"));
  writeFileSync(join(folder, "mine/file"), "x");
  await expect(exportStudio({ folder, app, ask })).rejects.toMatchObject({ code: "TENON2056" });
  rmSync(folder, { recursive: true });
});

test("an ad that never entered: the index says why", async () => {
  const unknown = await data(`runs/sample-0/ads/${adId(999_999_999)}.json`);
  expect(unknown.body["sentence"]).toBe("Ad 999999999 is not in the index.");
});
