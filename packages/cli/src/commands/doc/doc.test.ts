/** Every rung of the ladder is planted in real stores, and found by the command. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { publishBase } from "@tenon/ad-index/publish";
import type { Topic } from "@tenon/event-log/api";
import type { DocumentFacts } from "@tenon/indexer/operate";
import {
  AdDocumentRow,
  AdRow,
  DroppedUpdates,
  EntityUpdatesHigh,
  IndexDeltas,
  RejectedUpdates,
  SourceChanges,
} from "@tenon/nodes";
import { versionOf, WriteSetBuilder } from "@tenon/storage-repo/api";
import { PostgresWorkStore } from "@tenon/stream-runtime";
import { documentView } from "@tenon/studio/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../run-cli.ts";
import { hostSaying } from "../../testing/host-saying.ts";
import { masked } from "../../testing/masked.ts";
import { type SeededIndexing, seededIndexing } from "../../testing/seeded-indexing.ts";
import { keptTerminal } from "../../testing/terminal.ts";

const golden = (name: string): string => join(import.meta.dirname, "../../../test/golden", name);
let world: SeededIndexing;
beforeAll(async () => {
  world = await seededIndexing();
}, 120_000);
afterAll(() => world?.drop(), 60_000);

async function tenon(...words: readonly string[]) {
  const terminal = keptTerminal({ environment: world.environment });
  const exitCode = await runCli(["doc", ...words, "--slot", world.slot], terminal);
  return { exitCode, out: terminal.said.out, talk: terminal.said.talk };
}

async function why(adId: number, ...words: readonly string[]) {
  const { exitCode, out, talk } = await tenon(String(adId), "--json", ...words);
  expect(talk).toBe("");
  const { verdict, facts } = JSON.parse(out) as {
    readonly verdict: { readonly rung: string; readonly because: string; readonly owner: string | null };
    readonly facts: DocumentFacts;
  };
  // The studio's ladder is made of the same facts.
  const held = documentView(facts).ladder.find(({ answer }) => answer === "holds");
  expect(held?.rung ?? "served").toBe(verdict.rung);
  expect(exitCode).toBe(verdict.rung === "served" ? 0 : 1);
  return verdict;
}

const append = <Value>(topic: Topic<Value>, key: string, value: unknown) =>
  world.stores.log.append([topic.record({ key, timeMs: 1_700_000_000_000, value: value as Value })]);
/** As the repository's own statements say that they are. */
const inRepo = (text: string, values: readonly unknown[]) =>
  world.stores.database.execute(`/* tenon.repo */ ${text}`, values as never);
const update = (adId: number, version: number) => ({
  ...{ entity: "ad", group: "settings", key: adId, version, operation: "write" as const, columns: {} },
  ...{ sourceAtMs: 1_700_000_000_000, cause: "test" },
});
const publish = async (adId: number) =>
  append(IndexDeltas, String(adId), {
    kind: "upsert",
    document: await world.documentOf(adId),
    vector: null,
    sourceAtMs: 1,
  });
const changeFloor = (adId: number) =>
  world.source.execute("update ads.ads set floor_micros = floor_micros + 1 where ad_id = $1", [adId]);
const FAR = 1_000_000_000;

test("an ad that never was, and one that was deleted", async () => {
  expect(await why(987_654_321)).toMatchObject({
    rung: "notInAdsDatabase",
    because: "ad 987654321 is not in the ads database: there never was one",
  });
  const { adId } = world.freshAd();
  await world.source.execute("delete from ads.ads where ad_id = $1", [adId]);
  expect((await why(adId)).because).toBe(`ad ${adId} is not in the ads database: it was deleted`);
});

test("a change that no gateway has read yet: the slot's lag", async () => {
  const { adId } = world.freshAd();
  await changeFloor(adId);
  const { rung, because, owner } = await why(adId);
  expect([rung, owner]).toEqual(["changeNotRead", "ads-data"]);
  expect(because).toMatch(
    new RegExp(
      `^the change of group "settings" of ad ${adId} to version \\d+ was not read yet: slot "${world.slot}" is [1-9]\\d* bytes behind$`,
    ),
  );
});

test("a change in the topic of changes, and an update in a lane: which, and how far behind its task is", async () => {
  const { adId } = world.freshAd();
  await changeFloor(adId);
  const position = { table: "ads", key: adId, operation: "write", committedAtMs: 1, position: "0/0" };
  const [at] = await append(SourceChanges, `ads:${adId}`, position);
  expect(await why(adId)).toMatchObject({
    rung: "waitingInTopic",
    because: `a change of group "settings" of ad ${adId} waits in topic "source-changes" at ${at?.partition}/${at?.offset}: task "gateway-changes" is 1 records behind`,
  });
  const other = world.freshAd().adId;
  await append(EntityUpdatesHigh, `ad:${other}`, update(other, FAR));
  expect((await why(other)).because).toContain('waits in topic "entity-updates-high"');
});

test("an update older than the repository waits for nothing", async () => {
  const { adId } = world.freshAd();
  await append(EntityUpdatesHigh, `ad:${adId}`, update(adId, 1));
  await publish(adId);
  expect((await why(adId)).rung).toBe("served");
});

test("a record that a task put aside", async () => {
  const { adId } = world.freshAd();
  await world.stores.database.execute(
    `insert into stream_parked (task, partition, at_offset, topic, key, time_ms, headers, value, code, reason, owner)
     values ('updater-medium', 0, $1, 'entity-updates-medium', $2, 1, '{}', '\\x', 'TENON1201', 'node failed', 'ads-data')`,
    [adId, `ad:${adId}`],
  );
  expect(await why(adId)).toMatchObject({
    rung: "parkedRecord",
    because: `task "updater-medium" put a record of "ad:${adId}" aside: TENON1201 node failed`,
    owner: "ads-data",
  });
});

test("an update that the updater rejected: reason and owner", async () => {
  const { adId } = world.freshAd();
  await append(RejectedUpdates, `ad:${adId}`, {
    update: update(adId, FAR),
    reason: "floorMicros: expected 0 or more, found -1",
    owner: "ads-delivery",
  });
  expect(await why(adId)).toMatchObject({
    rung: "rejected",
    because: `the updater rejected group "settings" of ad ${adId} at version ${FAR} (owner ads-delivery): floorMicros: expected 0 or more, found -1`,
    owner: "ads-delivery",
  });
});

test("content that the gateway dropped on command", async () => {
  const { adId } = world.freshAd();
  const content = { ...update(adId, FAR), group: "performance" };
  await append(DroppedUpdates, `ad:${adId}`, { update: content, class: "content", ageMs: 90_000 });
  expect(await why(adId)).toMatchObject({
    rung: "droppedOnCommand",
    because: `the gateway dropped group "performance" of ad ${adId} on command: it was 90 s older than the cut`,
  });
});

test("work of a handler that waits, and work that was put aside: handler and reason", async () => {
  const store = new PostgresWorkStore(world.stores.database);
  const add = (adId: number) =>
    store.transaction((tx) => store.add(tx, [{ handler: "ad-offer", key: adId, lane: "high", upTo: 1n, rounds: 0 }]), {
      isolation: "readCommitted",
      attemptsMax: 1,
    });
  const parked = world.freshAd().adId;
  await add(parked);
  const [item] = await store.claim({ handlers: ["ad-offer"], lane: "high", itemsMax: 1, leaseMs: 1_000 });
  const failure = { code: "TENON1201", reason: "node failed", inputDigest: undefined, parked: true, waitMs: 0 };
  if (item !== undefined) await store.fail(item, failure);
  expect(await why(parked)).toMatchObject({
    rung: "workParked",
    because: `handler "ad-offer" put its work for key ${parked} aside after 1 attempt: TENON1201 node failed`,
  });
  const waiting = world.freshAd().adId;
  await add(waiting);
  expect(await why(waiting)).toMatchObject({
    rung: "workWaiting",
    because: expect.stringMatching(
      new RegExp(`^work of handler "ad-offer" for key ${waiting} waits in lane high for \\d+ m?s$`),
    ),
  });
});

test("a row that is newer than the document, while nobody reads the change feed", async () => {
  const { adId, adGroupId, creativeId } = world.freshAd();
  const columns = {
    adGroupId,
    creativeId,
    status: "active",
    keywords: [],
    floorMicros: 1,
    settingsSourceAtMs: 4_000_000_000_000,
  };
  const set = new WriteSetBuilder()
    .write(AdRow, "settings", { key: adId, version: versionOf(1, FAR), columns } as never)
    .build();
  await world.stores.repo.tx((tx) => tx.write(set));
  const { rung, because } = await why(adId);
  expect(rung).toBe("changeFeedBehind");
  expect(because).toMatch(
    /^handlers have not heard of the change: consumer "argus" of the change feed is [1-9]\d* batches behind/,
  );
});

const versionColumn = (group: string) => AdDocumentRow.groups.find(({ name }) => name === group)?.versionSqlName;

test("a document without a group: which, and whose", async () => {
  const { adId } = world.freshAd();
  await inRepo(`update repo.ad_document set "${versionColumn("relevance")}" = 0 where id = $1`, [adId]);
  expect(await why(adId)).toMatchObject({
    rung: "groupMissing",
    because: 'the document has no group "relevance" (owner ads-ranking) yet, and no work waits for it',
    owner: "ads-ranking",
  });
});

test("a document that cannot be served: what it lacks, and whose that is", async () => {
  const { adId } = world.freshAd();
  await inRepo("update repo.ad_document set is_servable = false, document = null, missing = $2 where id = $1", [
    adId,
    JSON.stringify(["ad.budget", "ad.embedding"]),
  ]);
  expect(await why(adId)).toMatchObject({
    rung: "notServable",
    because: "the document cannot be served: it lacks ad.budget, ad.embedding (owner ads-auction)",
    owner: "ads-auction",
    hint: "`tenon lineage field ad.budget.lifetime.kind` shows what it is made of",
  });
});

test("a document in the handlers' outbox", async () => {
  const { adId } = world.freshAd();
  await world.stores.database.execute(
    "insert into stream_sink (topic, partition, key, time_ms, headers, value) values ('index-deltas', 0, $1, 1, '{}', '\\x')",
    [String(adId)],
  );
  const { rung, because } = await why(adId);
  expect(rung).toBe("inOutbox");
  expect(because).toContain('waits in the handlers\' outbox for topic "index-deltas"');
});

test("a document whose delta is gone: no base, a base that the gates refused, and a base that holds it", async () => {
  const { adId } = world.freshAd();
  const { runs } = world.stores;
  expect(await why(adId)).toMatchObject({
    rung: "onlyInBase",
    because: expect.stringContaining("no base since then is known to hold it"),
  });
  await runs.ask({ workflow: "base-build" });
  const run = await runs.claim({ workflows: ["base-build"], owner: "test", leaseMs: 60_000 });
  if (run === undefined) throw new Error("no run");
  await runs.finish(run, { error: 'TENON1435 gate "shrink" fails: 40 % of the documents are gone' });
  expect(await why(adId)).toMatchObject({
    rung: "gateRefusedBase",
    because: `the delta of ad ${adId} is gone from the log, and run ${run.id} of base-build was refused: TENON1435 gate "shrink" fails: 40 % of the documents are gone`,
  });
  const path = join(world.baseFolder, "ads.segment");
  mkdirSync(world.baseFolder, { recursive: true });
  writeFileSync(path, "ads");
  const made = { name: "today", builtAtMs: Date.now(), embeddingVersion: "text-32", schemaFingerprint: "schema-1" };
  const watermark = { position: "0", feed: "{}" };
  const statistics = { documentCount: 1, withoutVector: 0, nulls: {} };
  await publishBase(
    world.stores.bases,
    { ...made, watermark, statistics, files: [{ name: "ads.segment", path }] },
    { gates: [] },
  );
  const store = ["--store", pathToFileURL(world.baseFolder).href];
  expect(await why(adId, ...store)).toMatchObject({
    rung: "onlyInBase",
    because: expect.stringContaining('only base "today" holds it, from position 0'),
  });
  const holds = await hostSaying({ adId, version: 1e9, sourceAtMs: 1, appliedAtMs: null, offset: null });
  expect((await why(adId, ...store, "--host", holds.url)).rung).toBe("served");
  holds.close();
});

test("a host that holds an older version, one that holds it, and one that is silent", async () => {
  const { adId } = world.freshAd();
  await publish(adId);
  const { version } = (await world.documentOf(adId)).ad;
  const older = await hostSaying({ adId, version: version - 1, sourceAtMs: 1, appliedAtMs: 1, offset: null });
  const current = await hostSaying({ adId, version, sourceAtMs: 1, appliedAtMs: 1_700_000_000_000, offset: 0 });
  expect(await why(adId, "--host", current.url, "--host", older.url)).toMatchObject({
    rung: "hostNotLoaded",
    because: expect.stringContaining(
      `host ${older.url} still serves version ${version - 1}; version ${version} of ad ${adId} was published at offset`,
    ),
  });
  expect(await why(adId, "--host", current.url)).toMatchObject({
    rung: "served",
    because: `ad ${adId} is up to date: version ${version} is served by 1 of 1 hosts`,
  });
  older.close();
  expect((await why(adId, "--host", "http://127.0.0.1:1")).because).toContain(
    "host http://127.0.0.1:1 does not answer: ",
  );
  const { out } = await tenon(String(adId), "--host", current.url);
  // Rows that were written in one millisecond may stand in either order.
  const lines = masked(out)
    .replaceAll(current.url, "HOST")
    .replaceAll(/version \d+/g, "version V")
    .replaceAll(/ {2}\d+ {2}NOW/g, "  V  NOW")
    .split("\n");
  await expect([...lines.slice(0, 4), ...lines.slice(4).toSorted()].join("\n")).toMatchFileSnapshot(
    golden("doc-served.txt"),
  );
  current.close();
});

test("without the ads database, what is unknown is said", async () => {
  const terminal = keptTerminal({ environment: { DATABASE_URL: world.environment["DATABASE_URL"] as string } });
  expect(await runCli(["doc", "987654321"], terminal)).toBe(1);
  expect(terminal.said.out).toContain("unknown to the repository and to the log, and the ads database was not asked");
});
