/** What a host does with its runs beside answering: what-if on what it keeps, corpora for others, the recorder. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Corpus, readCorpus, replayEntry } from "@tenon/dev-run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { standInModels } from "../../test/stand-in-models.ts";
import { personalRequest, smallMarketplace, startTestHost, type TestHost } from "../../test/test-host.ts";
import { composeRows } from "./row-reads.ts";
import { replayExecutor } from "./serving-executor.ts";
import { REPLAYS_AT_ONCE_MAX } from "./serving-runs.ts";

const TRACED = { "x-tenon-trace": "1" };
const marketplace = smallMarketplace();
const { folder, remove } = scratchFolder();
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ checkedShare: 0 }, { marketplace });
});
afterAll(async () => {
  await host.end();
  remove();
});

/** Sends a request that is traced; its id. */
async function traced(requestId: string): Promise<string> {
  const { status } = await host.post({ ...personalRequest(host), requestId }, TRACED);
  expect(status).toBe(200);
  return requestId;
}

async function whatIf(id: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${host.url}/v1/what-if/${id}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
  return { status: response.status, json: (await response.json()) as any };
}

/** An ad that lost the auction of a kept run. */
function loserOf(id: string): number {
  const stage = host.host.kept
    .get(id)
    ?.ledger.stages.find(({ drops }) => drops.some(({ reason }) => reason === "lost_auction"));
  const at = stage?.drops.findIndex(({ reason }) => reason === "lost_auction") ?? -1;
  return stage?.batch.ids.at(stage.droppedRows[at] as number) ?? -1;
}

test("the smallest bid that gets a lost ad shown is found on a kept request, and holds", async () => {
  const id = await traced("flip-1");
  const adId = loserOf(id);
  const { status, json } = await whatIf(id, { edits: [], flip: { adId, knob: "bid" } });
  expect(status).toBe(200);
  expect(json.flip).toMatchObject({ found: true, before: { fate: "dropped" }, after: { fate: "kept" } });
  expect(json.flip.flippedAt).toBe(json.flip.keptAt + 1);
  const column = marketplace.documents.get(adId as never)?.bid.pays === "perClick" ? "bidMicros" : "cpmMicros";
  const edit = { kind: "ad", slot: "retrievedAds", column, adId };
  const flipped = await whatIf(id, { edits: [{ ...edit, value: json.flip.flippedAt }], adIds: [adId] });
  expect(flipped.json).toMatchObject({ failure: null, responseChanged: true, ads: [{ after: { fate: "kept" } }] });
  expect(flipped.json.shown.before).not.toContain(adId);
  expect(flipped.json.shown.after).toContain(adId);
  const kept = await whatIf(id, { edits: [{ ...edit, value: json.flip.keptAt }], adIds: [adId] });
  expect(kept.json.shown.after).not.toContain(adId);
});

test("what an edit does not reach is not run again, and the first node that differs is named with its owner", async () => {
  const id = await traced("edit-1");
  const adId = loserOf(id);
  const { json } = await whatIf(id, {
    edits: [{ kind: "ad", slot: "clickProbability", adId, value: 0.9 }],
    adIds: [adId],
  });
  expect(json.first).toMatchObject({ node: "scoreBids", owner: "ads-auction" });
  expect(json.rerun).not.toContain("retrieveByVector");
  expect(json.changed[0]).toMatchObject({ node: "calibrateClicks", edited: true });
});

test("a what-if leaves no trace in what the host counts", async () => {
  const id = await traced("quiet-1");
  const before = JSON.stringify([host.executor.counts, host.host.totals]);
  await whatIf(id, { edits: [], flip: { adId: loserOf(id), knob: "score" } });
  expect(JSON.stringify([host.executor.counts, host.host.totals])).toBe(before);
});

test("a wrong edit, an unknown request and a wrong body are told apart", async () => {
  const id = await traced("wrong-1");
  const scores = await whatIf(id, { edits: [{ kind: "slot", slot: "scores", value: 1 }] });
  expect(scores).toMatchObject({ status: 400, json: { code: "TENON2005" } });
  expect(await whatIf("none", { edits: [] })).toMatchObject({ status: 404, json: { code: "TENON1617" } });
  expect(await whatIf(id, { edits: [{ kind: "shape" }] })).toMatchObject({ status: 400, json: { code: "TENON1610" } });
});

test("a kept request can be taken as a corpus of one run, of a stand-in, that replays elsewhere to the byte", async () => {
  const id = await traced("take-1");
  const response = await fetch(`${host.url}/v1/recordings/${id}`);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  const path = join(folder, "one.runs");
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
  const corpus = readCorpus(path);
  const [entry, ...more] = corpus.entries();
  expect(more).toEqual([]);
  expect(entry?.recording.requestId).toBe(id);
  await expectSame(corpus);
  const { userId } = personalRequest(host);
  expect(Buffer.from(entry?.recording.request ?? []).toString("latin1")).not.toContain(`${userId}\u0000`);
});

async function expectSame(corpus: Corpus): Promise<number> {
  const executor = replayExecutor(corpus.header, { models: standInModels() });
  let runs = 0;
  for (const entry of corpus.entries()) {
    const run = await replayEntry(executor, entry, { compose: composeRows });
    expect(run.firstDifferent).toBeUndefined();
    expect(run.same, run.failure?.message).toBe(true);
    runs++;
  }
  return runs;
}

test("a host that records leaves a corpus of stand-ins behind when it stops, of plain and of rare runs", async () => {
  const recordFolder = join(folder, "runs");
  const recording = await startTestHost({ checkedShare: 0, recordShare: 1, recordFolder }, { marketplace });
  try {
    recording.executor.setSwitch("loadUserProfile", false);
    await recording.host.answer({ ...personalRequest(recording), requestId: "rare-1" });
    recording.executor.setSwitch("loadUserProfile", true);
    for (let row = 0; row < 8; row++)
      await recording.host.answer({ ...recording.sampleRequest(row), requestId: `plain-${row}` });
    const { recorder } = recording.host.runs;
    for (let turn = 0; turn < 2_000 && recorder?.counts.kept !== 9; turn++) {
      recording.clock.advance(200);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(recorder?.counts).toMatchObject({ offered: 9, kept: 9, failed: 0 });
    const { text } = await recording.get("/metrics");
    expect(text).toContain('tenon_admixer_recorder_runs_total{outcome="kept"} 9');
  } finally {
    await recording.end();
  }
  const [file] = readdirSync(recordFolder);
  const corpus = readCorpus(join(recordFolder, file as string));
  expect(await expectSame(corpus)).toBe(9);
  const strata = [...corpus.entries()].map(({ stratum }) => stratum);
  expect(strata.some((stratum) => stratum.endsWith(" degraded"))).toBe(true);
  expect(strata.filter((stratum) => stratum.endsWith(" plain"))).toHaveLength(8);
});

test("by default nothing is recorded", () => {
  expect(host.host.runs.recorder).toBeUndefined();
});

test("of repeats at once the one too many is refused, with 503 and when to come again; a place that is given back is free", async () => {
  const id = await traced("busy-1");
  const { replays } = host.host.runs;
  const held = Promise.withResolvers<void>();
  const running = Array.from({ length: REPLAYS_AT_ONCE_MAX }, () => replays.run(() => held.promise));
  const refused = await fetch(`${host.url}/v1/what-if/${id}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ edits: [] }),
  });
  expect([
    refused.status,
    refused.headers.get("retry-after"),
    ((await refused.json()) as { code: string }).code,
  ]).toEqual([503, "1", "TENON1627"]);
  expect((await fetch(`${host.url}/v1/recordings/${id}`)).status).toBe(503);
  held.resolve();
  await Promise.all(running);
  expect(replays.running).toBe(0);
  expect((await whatIf(id, { edits: [] })).status).toBe(200);
});

test("a repeat that fails gives its place back", async () => {
  const { replays } = host.host.runs;
  for (let at = 0; at <= REPLAYS_AT_ONCE_MAX; at++)
    await expect(replays.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});
