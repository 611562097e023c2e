import { TargetingExpressionSchema } from "@tenon/ads-model";
import { generateMarketplace, loadCatalogue, MARKETPLACE_NOW_MS } from "@tenon/marketplace";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadMarketplace } from "../load/load-marketplace.ts";
import { migrateAdsDatabase } from "../schema/migrate-ads-database.ts";
import { advertiserDay } from "./advertiser-day.ts";
import { applyEdit } from "./apply-edit.ts";
import type { EditKind } from "./edit.ts";

const marketplace = generateMarketplace(loadCatalogue(), { seed: 1, adsMax: 600 });
const day = [...advertiserDay({ seed: 1, marketplace, edits: 3_000 })];

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
  await migrateAdsDatabase(server.database);
  await loadMarketplace(server.database, marketplace, { seed: 1 });
});
afterAll(() => server.drop());

test("a day is in the order of time, within its 24 hours, busy by day and in bursts", () => {
  const times = day.map(({ atMs }) => atMs - MARKETPLACE_NOW_MS);
  expect(times).toEqual([...times].sort((left, right) => left - right));
  expect(times[0]).toBeGreaterThanOrEqual(0);
  expect(times.at(-1)).toBeLessThan(86_400_000);
  const perHour = countBy(times, (time) => Math.floor(time / 3_600_000));
  expect(perHour.get(14) ?? 0).toBeGreaterThan(3 * (perHour.get(3) ?? 0));
  const perMinute = [...countBy(times, (time) => Math.floor(time / 60_000)).values()];
  expect(Math.max(...perMinute)).toBeGreaterThan(10 * (3_000 / 1_440));
});

test("every kind of edit is in it, in the shares of a marketplace", () => {
  const kinds = countBy(day, ({ change }) => change.kind);
  const all: readonly EditKind[] = [
    "setBids",
    "setBudget",
    "setStatus",
    "setTargeting",
    "setText",
    "setReview",
    "createAds",
    "createAdGroup",
    "moveAd",
    "deleteAd",
    "deleteAdGroup",
  ];
  expect([...kinds.keys()].sort()).toEqual([...all].sort());
  expect(kinds.get("setBids")).toBeGreaterThan(0.3 * day.length);
  const reviews = day.filter(({ change }) => change.kind === "setReview" && change.review === "rejected");
  expect(reviews.length).toBeGreaterThan(0);
  const campaignWide = day.filter(({ change }) => change.kind === "setBids" && change.bids.length > 1);
  expect(campaignWide.length).toBeGreaterThan(0);
  const statuses = day.flatMap(({ change }) => (change.kind === "setStatus" ? [change.status] : []));
  expect(new Set(statuses)).toEqual(new Set(["active", "paused"]));
});

test("the same seed gives the same day, another one another", () => {
  expect([...advertiserDay({ seed: 1, marketplace, edits: 3_000 })]).toEqual(day);
  expect([...advertiserDay({ seed: 2, marketplace, edits: 3_000 })]).not.toEqual(day);
});

test("targeting stays within the model", () => {
  for (const { change } of day) {
    if (change.kind === "setTargeting") TargetingExpressionSchema.parse(change.expression);
  }
});

test("applied in order every edit finds its rows; applied again it changes nothing", async () => {
  const untouched: string[] = [];
  const again: string[] = [];
  for (const edit of day.slice(0, 1_200)) {
    const written = await server.database.transaction((tx) => applyEdit(tx, edit));
    if (written === 0 && !isRepeat(edit.change.kind)) untouched.push(JSON.stringify(edit));
    const twice = await server.database.transaction((tx) => applyEdit(tx, edit));
    if (twice !== 0) again.push(JSON.stringify(edit));
  }
  expect(untouched).toEqual([]);
  expect(again).toEqual([]);
});

/** May set what is there already: a bid of the same cent, a text drawn twice, an approved review, the same devices. */
function isRepeat(kind: EditKind): boolean {
  return (
    kind === "setBids" || kind === "setText" || kind === "setReview" || kind === "setTargeting" || kind === "setBudget"
  );
}

function countBy<Value, Key>(values: readonly Value[], keyOf: (value: Value) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return counts;
}
