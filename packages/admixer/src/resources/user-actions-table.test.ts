import { type AdDocument, type AdId, adId, userId } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AdAction, UserActionsTable } from "./user-actions-table.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOW_MS = 100 * DAY_MS;
const USER = userId("u1");

/** Ads 1 to 9; each ad is its own group, campaign is the ad's last bit, all are of one advertiser. */
const documentOf = (id: AdId) =>
  id > 9 ? undefined : ({ adGroupId: id, campaignId: 100 + (id % 2), advertiserId: 7 } as unknown as AdDocument);

function table() {
  const clock = { nowMs: NOW_MS };
  const actions = new UserActionsTable(documentOf, () => clock.nowMs);
  let events = 0;
  const record = (kind: AdAction["kind"], ad: number, change: Partial<AdAction> = {}) =>
    actions.record({
      eventId: `e${events++}`,
      userId: USER,
      adId: adId(ad),
      kind,
      atMs: clock.nowMs,
      insertionId: `i${events}`,
      ...change,
    });
  const counts = async (level: string, entityId: number, user = USER) => {
    const { entities } = await actions.countsFor(user, new AbortController().signal);
    return entities.find((each) => each.level === level && each.entityId === entityId);
  };
  return { clock, actions, record, counts };
}

test("an action counts at every level of its ad, for its user alone", async () => {
  const { record, counts } = table();
  record("impression", 1);
  record("impression", 3);
  record("click", 3);
  expect(await counts("ad", 1)).toMatchObject({ impressionsPer1Days: 1, clicksPer30Days: 0 });
  expect(await counts("campaign", 101)).toMatchObject({ impressionsPer1Days: 2, clicksPer30Days: 1 });
  expect(await counts("advertiser", 7)).toMatchObject({ impressionsPer30Days: 2 });
  expect(await counts("ad", 1, userId("other"))).toBeUndefined();
});

test("an action that is reported again, or is of an ad that nobody knows, counts nothing", async () => {
  const { record, counts } = table();
  expect(record("impression", 1, { eventId: "same" })).toBe(true);
  expect(record("impression", 1, { eventId: "same" })).toBe(false);
  expect(record("impression", 10)).toBe(false);
  expect(await counts("advertiser", 7)).toMatchObject({ impressionsPer30Days: 1 });
});

test("windows slide: an impression leaves after exactly 1, 7 and 30 days", async () => {
  const { clock, record, counts } = table();
  record("impression", 1);
  const windows = async () => {
    const found = await counts("ad", 1);
    return found === undefined
      ? undefined
      : [found.impressionsPer1Days, found.impressionsPer7Days, found.impressionsPer30Days];
  };
  const after = async (ageMs: number) => {
    clock.nowMs = NOW_MS + ageMs;
    return windows();
  };
  expect(await after(DAY_MS - 1)).toEqual([1, 1, 1]);
  expect(await after(DAY_MS)).toEqual([0, 1, 1]);
  expect(await after(7 * DAY_MS)).toEqual([0, 0, 1]);
  expect(await after(30 * DAY_MS - 1)).toEqual([0, 0, 1]);
  expect(await after(30 * DAY_MS)).toBeUndefined();
});

test("an insertion is pending until it is seen, or for an hour", async () => {
  const { clock, record, counts } = table();
  record("insertion", 1, { insertionId: "seen" });
  record("insertion", 1, { insertionId: "unseen" });
  expect((await counts("ad", 1))?.insertionsPending).toBe(2);
  record("impression", 1, { insertionId: "seen" });
  expect(await counts("ad", 1)).toMatchObject({ insertionsPending: 1, impressionsPer1Days: 1 });
  clock.nowMs += HOUR_MS;
  expect((await counts("ad", 1))?.insertionsPending).toBe(0);
});

test("the order in which actions are reported changes no count", async () => {
  const action = fc.record({
    kind: fc.constantFrom("insertion" as const, "impression" as const, "click" as const),
    ad: fc.integer({ min: 1, max: 4 }),
    ageMs: fc.integer({ min: 0, max: 31 * DAY_MS }),
    insertion: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), fc.infiniteStream(fc.nat()), async (actions, order) => {
      const countsOf = async (rows: readonly number[]) => {
        const { actions: store, record } = table();
        for (const row of rows) {
          const { kind, ad, ageMs, insertion } = actions[row] as (typeof actions)[number];
          record(kind, ad, { eventId: `row ${row}`, atMs: NOW_MS - ageMs, insertionId: `i${insertion}` });
        }
        const { entities } = await store.countsFor(USER, new AbortController().signal);
        return entities.map((each) => JSON.stringify(each)).sort();
      };
      const rows = [...actions.keys()];
      const shuffled = rows
        .map((row) => ({ row, key: order.next().value as number }))
        .sort((left, right) => left.key - right.key)
        .map(({ row }) => row);
      expect(await countsOf(shuffled)).toEqual(await countsOf(rows));
    }),
    { numRuns: 100 },
  );
});

test("an aborted read is refused with the signal's reason", async () => {
  const { actions } = table();
  const reason = new Error("the request has ended");
  await expect(actions.countsFor(USER, AbortSignal.abort(reason))).rejects.toBe(reason);
});
