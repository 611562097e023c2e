import { ManualClock } from "@tenon/graph-testkit";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SWITCH_DEFAULTS, type Switches, SwitchStore } from "./switch-store.ts";
import { SwitchWatch } from "./switch-watch.ts";

let opened: Awaited<ReturnType<typeof testDatabase>>;
let store: SwitchStore;

beforeAll(async () => {
  opened = await testDatabase();
  store = new SwitchStore(opened.database);
  await store.prepare();
});
afterAll(() => opened.drop());

const why = { reason: "a test", by: "on-call" };

test("switches have defaults, keep who and why, and their version grows", async () => {
  expect(await store.read()).toEqual({ values: SWITCH_DEFAULTS, version: 0 });
  await store.set("publishing", false, why);
  const first = await store.read();
  await store.set("dropContentBeforeMs", 1_000, why);
  const second = await store.read();
  expect(first.values).toEqual({ ...SWITCH_DEFAULTS, publishing: false });
  expect(second.values).toEqual({ publishing: false, dropContentBeforeMs: 1_000 });
  expect(second.version).toBeGreaterThan(first.version);
  expect(await store.records()).toMatchObject([
    { name: "dropContentBeforeMs", value: 1_000, reason: "a test", by: "on-call" },
    { name: "publishing", value: false },
  ]);
});

test.each([
  ["an unknown switch", "publish", true, why],
  ["a wrong value", "publishing", "off", why],
  ["a wrong instant", "dropContentBeforeMs", -1, why],
  ["no reason", "publishing", true, { reason: " ", by: "on-call" }],
])("%s is refused and changes nothing", async (_, name, value, given) => {
  const before = await store.read();
  await expect(store.set(name, value, given)).rejects.toMatchObject({ code: "TENON1652" });
  expect(await store.read()).toEqual(before);
});

test("a watch sees a change within a second; while the store does not answer, what it knows holds", async () => {
  const clock = new ManualClock();
  const answers: (Switches | Error)[] = [];
  const read = () => {
    const next = answers.shift() as Switches | Error;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const told: string[] = [];
  const watch = new SwitchWatch({ read }, clock, (_, error) => told.push(error.message));
  const at = (version: number, publishing: boolean) => ({ version, values: { ...SWITCH_DEFAULTS, publishing } });
  answers.push(at(1, true), at(2, false), new Error("away"), at(3, true));
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  await watch.start();
  const seen = [watch.current.values.publishing];
  for (let look = 0; look < 3; look++) {
    clock.advance(1_000);
    await settle();
    seen.push(watch.current.values.publishing);
  }
  watch.stop();
  expect(seen).toEqual([true, false, false, true]);
  expect(told).toEqual(["away"]);
  expect(clock.pending).toBe(0);
});

test("a watch does not start on defaults when the store cannot be read", async () => {
  const watch = new SwitchWatch({ read: () => Promise.reject(new Error("away")) }, new ManualClock(), () => undefined);
  await expect(watch.start()).rejects.toThrow("away");
});
