/** A stage gives the same whether it is fed or called: rows, versions, messages in the topics after it. Real Postgres. */
import { marketplaceSignals } from "@tenon/ads-database";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { EntityUpdatesMedium, RejectedUpdates, SOURCE_TABLES } from "@tenon/nodes";
import type { TestDatabase } from "@tenon/postgres/testing";
import type { Task } from "@tenon/stream-runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adsDatabaseOf, StageWorld } from "../../test/stage-world.ts";
import { GATEWAY_TASKS } from "../host/gateway-role.ts";
import { UPDATER_TASKS } from "../host/updater-role.ts";
import type { StageMessage } from "./stage-runs.ts";

const SEED = 7;
const TASKS: readonly Task[] = [...GATEWAY_TASKS, ...UPDATER_TASKS];
const NOTHING = 999_999_999;

let source: TestDatabase;
let updates: readonly StageMessage[];
let changes: readonly StageMessage[];
let signals: readonly StageMessage[];

beforeAll(async () => {
  const marketplace = generateMarketplace(loadCatalogue(), { seed: SEED, adsMax: 12 });
  source = await adsDatabaseOf(marketplace, SEED);
  const keys = await Promise.all(
    SOURCE_TABLES.map(async (table) => {
      const key = `${table === "budgets" ? "campaign" : table === "targeting" ? "ad_group" : table.slice(0, -1)}_id`;
      const rows = await source.database.query<{ key: bigint }>(`select ${key} as key from ads.${table} limit 4`);
      return { table, keys: rows.map((row) => Number(row.key)) };
    }),
  );
  changes = keys.flatMap(({ table, keys: found }) =>
    [...found, NOTHING].map((key) => ({
      key: `${table}:${key}`,
      timeMs: 1_000,
      value: { table, key, operation: "write", committedAtMs: 1_000, position: "0/1" },
    })),
  );
  signals = [...marketplaceSignals(marketplace, { seed: SEED })].map((signal, at) => ({
    ...{ key: `signal:${at}`, timeMs: signal.observedAtMs, value: signal },
  }));
  const world = await StageWorld.open(source, TASKS);
  const made = [
    ...((await world.stages.call("gateway-changes", changes, "dry")).outputs ?? []),
    ...((await world.stages.call("gateway-signals", signals, "dry")).outputs ?? []),
  ];
  await world.close();
  const fitting = made.flatMap(({ messages }) =>
    Object.entries(messages).flatMap(([topic, sent]) => (topic.startsWith("entity-updates") ? sent : [])),
  );
  const misfit = { ...fitting[0], value: { ...(fitting[0]?.value as object), columns: { name: 7 } } };
  updates = [...fitting, misfit] as StageMessage[];
}, 120_000);
afterAll(() => source.drop());

const messagesFor = ({ name }: Task) =>
  name === "gateway-changes" ? changes : name === "gateway-signals" ? signals : updates;

test.each(TASKS.map((task) => [task.name, task] as const))(
  "%s: by topic, by call now and by append it comes to the same; dry leaves nothing",
  async (name, task) => {
    const messages = messagesFor(task);
    const open = () => StageWorld.open(source, TASKS);
    const [fed, called, appended] = [await open(), await open(), await open()];
    try {
      const untouched = await called.rows();
      const dry = await called.stages.call(name, messages, "dry");
      expect(await called.rows()).toEqual(untouched);
      expect(await called.messages("none")).toEqual({});

      await fed.feed(task, messages);
      const now = await called.stages.call(name, messages, "now");
      expect(now.outputs).toEqual(dry.outputs);
      await called.send();
      const rows = await fed.rows();
      const sent = await fed.messages(task.source.name);
      // What is compared is something.
      expect(Object.values(task.writes === undefined ? sent : rows).flat().length).toBeGreaterThan(20);
      expect(await called.rows()).toEqual(rows);
      expect(await called.messages(task.source.name)).toEqual(sent);

      const answer = await appended.stages.call(name, messages, "append");
      expect(answer.appended).toHaveLength(messages.length);
      expect(await appended.appended(task.source)).toEqual(await fed.appended(task.source));
      await appended.work(task);
      expect(await appended.rows()).toEqual(rows);
      expect(await appended.messages(task.source.name)).toEqual(sent);
    } finally {
      await Promise.all([fed.close(), called.close(), appended.close()]);
    }
  },
  120_000,
);

test("what does not fit is refused before anything is done, by name and place", async () => {
  const world = await StageWorld.open(source, TASKS);
  try {
    const call = (stage: string, messages: readonly StageMessage[]) => world.stages.call(stage, messages, "now");
    const [good] = updates as [StageMessage];
    await expect(call("updater", [good])).rejects.toMatchObject({
      code: "TENON1652",
      detail: expect.stringContaining("updater-high"),
    });
    const wrong = { ...good, value: { ...(good.value as object), version: "new" } };
    await expect(call("updater-high", [good, wrong])).rejects.toMatchObject({
      code: "TENON1686",
      message: expect.stringMatching(/messages\[1\] does not fit stage "updater-high".*"entity-updates-high".*version/),
      detail: "expected a finite number, found a string of 3 characters",
    });
    await expect(
      call(
        "updater-high",
        Array.from({ length: 1_001 }, () => good),
      ),
    ).rejects.toMatchObject({
      code: "TENON1652",
      detail: "expected at most 1000",
    });
    expect(await world.messages("none")).toEqual({});
    expect(Object.values(await world.rows()).flat()).toEqual([]);
  } finally {
    await world.close();
  }
}, 60_000);

test("an update that fits no group is rejected by call as by topic, and told to its owner", async () => {
  const world = await StageWorld.open(source, TASKS);
  try {
    const misfit = updates.at(-1) as StageMessage;
    const { outputs } = await world.stages.call("updater-medium", [misfit], "now");
    expect(outputs?.[0]?.messages[RejectedUpdates.name]).toHaveLength(1);
    // It writes nothing, so there is no commit to be part of.
    expect(await world.appended(RejectedUpdates)).toHaveLength(1);
    expect(await world.appended(EntityUpdatesMedium)).toEqual([]);
  } finally {
    await world.close();
  }
}, 60_000);

test("rows of a call and what it tells others are one commit: neither is there without the other", async () => {
  const world = await StageWorld.open(source, TASKS);
  try {
    const messages = [updates[0], updates.at(-1)] as StageMessage[];
    const { addToOutbox } = world;
    world.addToOutbox = () => Promise.reject(new Error("the process dies here"));
    await expect(world.stages.call("updater-high", messages, "now")).rejects.toThrow("the process dies here");
    expect(Object.values(await world.rows()).flat()).toEqual([]);

    world.addToOutbox = addToOutbox;
    await world.stages.call("updater-high", messages, "now");
    expect(Object.values(await world.rows()).flat()).toHaveLength(1);
    expect(await world.appended(RejectedUpdates)).toEqual([]);
    expect(await world.send()).toBe(1);
    expect(await world.appended(RejectedUpdates)).toHaveLength(1);
  } finally {
    await world.close();
  }
}, 60_000);
