/**
 * Drills as an operator gives them: `tenon drill run` in a process of its own, against processes of every role, an ad server, a real
 * Postgres and its log. What must be served at the end comes from the advertisers' tables and the signals alone.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { RunningAdMixer } from "@tenon/admixer";
import { AdDocumentRow, ContentSignals, DroppedUpdates, EntityUpdatesLow } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAllServed, FRONT } from "../../test/kill-story.ts";
import { KillWorld } from "../../test/kill-world.ts";
import { type ContentSignal, keyOfSignal } from "../../test/source-facts.ts";
import { StoresDrillPort } from "./stores-port.ts";

const TENON = join(import.meta.dirname, "../../../cli/bin/tenon.js");
const TEST_MAX_MS = 240_000;
const DRILL_MAX_MS = 180_000;
const LOOK_MS = 20;
const ADS = 60;
/** Signals of a spike: ten of each of some ads, before and after stale content is dropped. */
const SPIKED_ADS = 30;
const SPIKE = 10 * SPIKED_ADS;

let world: KillWorld;
let server: RunningAdMixer;
let back: Awaited<ReturnType<KillWorld["processes"]["start"]>>;
let version = 50_000;

beforeAll(async () => {
  world = await KillWorld.begin({ seed: 31, ads: ADS });
  await world.processes.start(FRONT);
  back = await world.processes.start(["argus", "batch"]);
  await world.buildBase();
  server = await world.startServer();
}, TEST_MAX_MS);
afterAll(async () => {
  await server?.stop();
  await world?.end();
}, TEST_MAX_MS);

interface Told {
  readonly exitCode: number | null;
  readonly said: Readonly<Record<string, string>>;
  readonly talk: string;
}

/** Gives a drill by the command line. `when` is what happens once some words of its are said, before it goes on by itself. */
async function drill(
  words: readonly string[],
  when: Readonly<Record<string, () => Promise<void>>> = {},
): Promise<Told> {
  const { databaseUrl, objectStoreUrl } = world.stores.settings;
  const command = [TENON, "drill", "run", ...words, "--host", server.url, "--yes", "--json"];
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DATABASE_URL: databaseUrl, OBJECT_STORE_URL: objectStoreUrl, USER: "olga" },
    signal: AbortSignal.timeout(DRILL_MAX_MS),
  });
  const ended = once(child, "close");
  let [out, talk] = ["", ""];
  const open = new Map(Object.entries(when));
  const happened: Promise<void>[] = [];
  child.stdout.on("data", (text: Buffer) => (out += String(text)));
  child.stderr.on("data", (text: Buffer) => {
    talk += String(text);
    for (const [said, act] of open)
      if (talk.includes(said)) {
        open.delete(said);
        happened.push(act());
      }
  });
  const [exitCode] = (await ended) as [number | null];
  await Promise.all(happened);
  expect([...open.keys()], talk).toEqual([]);
  const { done = [] } = (out === "" ? {} : JSON.parse(out)) as {
    readonly done?: readonly { readonly step: string; readonly said: string }[];
  };
  return { exitCode, talk, said: Object.fromEntries(done.map(({ step, said }) => [step, said])) };
}

interface DroppedUpdate {
  readonly entity: string;
  readonly key: number;
  readonly group: string;
}

/** Another performance of the ad at this place, of now; a score of its own for each version. */
function performance(at: number, observedAtMs: number, reviewScore?: number): ContentSignal {
  const { adId } = world.marketplace.documents[at % SPIKED_ADS] as { readonly adId: number };
  const facts = { version: ++version, observedAtMs, reviewScore: reviewScore ?? (version % 89) / 89 };
  const counts = { impressions7d: 1, clicks7d: 0, impressions30d: 1, clicks30d: 0, conversions30d: 0, hides30d: 0 };
  return { kind: "performance", adId, ...facts, ...counts, spend7dMicros: 0 } as never;
}

async function send(signals: readonly ContentSignal[]): Promise<void> {
  for (const signal of signals) world.signals.add(signal);
  const records = signals.map((value) =>
    ContentSignals.record({ key: keyOfSignal(value), timeMs: value.observedAtMs, value }),
  );
  await world.stores.log.append(records);
}

/** What a topic holds, read as the drills do. */
async function valuesOf<Value>(topic: { readonly name: string }): Promise<readonly Value[]> {
  const port = new StoresDrillPort({ ...world.stores, servers: [], token: null, by: "test" });
  const values: Value[] = [];
  for await (const value of port.values(topic as never)) values.push(value as Value);
  return values;
}

const scores = async () =>
  new Map(
    (await world.stores.repo.read([Scores], (snapshot) => snapshot.page(Scores, { rowsMax: 1_000 }))).map(
      ({ key, columns }) => [key as number, columns.qualityScore],
    ),
  );
const Scores = read(AdDocumentRow, ["qualityScore", "performanceSourceAtMs"]);

test(
  "spike: what is stale is dropped and counted, an advertiser's edit is served, and what was dropped comes back",
  async () => {
    const spike = Array.from({ length: SPIKE }, (_, at) => performance(at, Date.now()));
    const { exitCode, said, talk } = await drill(["spike"], {
      "publishing is off": () => send(spike.slice(0, SPIKE / 2)),
      "is dropped": async () => {
        await send(spike.slice(SPIKE / 2));
        for (let edit = 0; edit < 5; edit++) await world.edit();
      },
    });
    expect(exitCode, talk).toBe(0);
    expect(Object.keys(said)).toHaveLength(8);
    const dropped = await valuesOf<{ readonly update: DroppedUpdate }>(DroppedUpdates);
    const rows = new Set(dropped.map(({ update: { entity, key, group } }) => `${entity}:${key}:${group}`));
    expect(rows.size).toBeGreaterThanOrEqual(SPIKED_ADS);
    // Those that came after the order are all older than it; of those before it, what had not been read yet.
    expect(dropped.length).toBeGreaterThanOrEqual(SPIKE / 2);
    expect(said["bring back"]).toBe(`${dropped.length} updates were dropped, ${rows.size} are sent again`);
    await expectAllServed(world, [server]);
    const { values } = await world.stores.switches.read();
    expect(values).toMatchObject({ publishing: true, dropContentBeforeMs: null });
  },
  TEST_MAX_MS,
);

test(
  "bad content: the good signals from before are served again, at versions above the bad ones",
  async () => {
    const good = Array.from({ length: SPIKED_ADS }, (_, at) => performance(at, Date.now(), 0.9));
    await send(good);
    await expectAllServed(world, [server]);
    const before = await scores();
    await pause(LOOK_MS);
    const sinceMs = Date.now();
    await send(Array.from({ length: SPIKED_ADS }, (_, at) => performance(at, sinceMs + 1, 0)));
    await world.quiet();
    const bad = await scores();
    for (const signal of good) expect(bad.get((signal as { adId: number }).adId)).toBe(0);
    const { exitCode, said, talk } = await drill(["bad-content", "--since", new Date(sinceMs).toISOString()]);
    expect(exitCode, talk).toBe(0);
    expect(said["send the good ones again"]).toBe(
      `${SPIKED_ADS} signals are sent again; 0 bad ones have none before them in the topic`,
    );
    // The good ones, as they were sent again: the oracle is told of the version and time they have now.
    const again = await valuesOf<{ entity: string; key: number; version: number; sourceAtMs: number }>(
      EntityUpdatesLow,
    );
    const sentAgain = again.filter((each) => each.version > version - SPIKED_ADS);
    expect(sentAgain).toHaveLength(SPIKED_ADS);
    for (const { key, version: sent, sourceAtMs } of sentAgain) {
      const known = good.find((signal) => (signal as { adId: number }).adId === key) as ContentSignal;
      world.signals.add({ ...known, version: sent, observedAtMs: sourceAtMs });
    }
    await expectAllServed(world, [server]);
    expect(await scores()).toEqual(before);
  },
  TEST_MAX_MS,
);

test(
  "bad release: wrong bids are hidden, the base goes back, documents are made anew by the good release, and are served",
  async () => {
    const first = server.host.feed?.status().base?.name;
    const newer = await world.buildBase();
    await world.served(server, await world.quiet(), newer);
    await world.processes.kill(back);
    const wrong = await wrongOffers();
    back = await world.processes.start(["argus", "batch"]);
    const bids = () => servedBids(wrong);
    for (const untilMs = Date.now() + DRILL_MAX_MS; !(await bids()).every((bid) => bid === 0); await pause(LOOK_MS))
      if (Date.now() > untilMs) throw new Error("wrong bids are not served");
    const hidden: (readonly number[])[] = [];
    const { exitCode, said, talk } = await drill(["bad-release", "--handlers", "ad-offer"], {
      "serve the base alone": async () => void hidden.push(await bids()),
    });
    expect(exitCode, talk).toBe(0);
    expect(Object.keys(said)).toEqual(["hide deltas", "roll back", "refresh", "wait for it", "verify", "serve live"]);
    expect(said["roll back"]).toBe(`base "${first}" serves`);
    expect(hidden[0]?.every((bid) => bid > 0)).toBe(true);
    await expectAllServed(world, [server], first);
    expect((await bids()).every((bid) => bid > 0)).toBe(true);
    expect(server.host.feed?.status().serving).toBe("live");
  },
  TEST_MAX_MS,
);

const OFFER = AdDocumentRow.columns.filter(({ group }) => group === "offer").map(({ name }) => name);

/** What a release whose offers have no bids would have left, at the versions that its handler would have had. */
async function wrongOffers(): Promise<readonly number[]> {
  const Offer = read(AdDocumentRow, OFFER as never);
  const rows = (await world.stores.repo.read([Offer], (snapshot) =>
    snapshot.page(Offer as never, { rowsMax: 1_000 }),
  )) as never as readonly {
    readonly key: number;
    readonly versions: { readonly offer: bigint };
    readonly columns: { readonly bid: { readonly bidMicros?: number } | null };
  }[];
  const { served } = (await world.compare(server))[0];
  const held = rows.filter(({ key, columns }) => columns.bid !== null && String(key) in served);
  const offer = held.map(({ key, versions, columns }) => {
    const bid = { ...columns.bid, ...("bidMicros" in (columns.bid ?? {}) ? { bidMicros: 0 } : { cpmMicros: 0 }) };
    return { key, version: versions.offer + 1n, columns: { ...columns, bid } };
  });
  await world.stores.repo.tx((tx) => tx.write({ ad_document: { groups: { offer } } } as never));
  return held.map(({ key }) => key);
}

/** Bids as requests see them. */
async function servedBids(adIds: readonly number[]): Promise<readonly number[]> {
  const index = server.host.feed?.index;
  const records = await index?.current().forwardRecords(adIds as never, AbortSignal.timeout(5_000));
  return (records?.found ?? []).map(({ bid }) => (bid.pays === "perClick" ? bid.bidMicros : bid.cpmMicros));
}
