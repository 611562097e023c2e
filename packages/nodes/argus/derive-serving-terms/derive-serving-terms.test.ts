import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { deriveServingTerms } from "./derive-serving-terms.ts";

const workItem = { key: 7, version: 12n };
const bid = (columns: object) => ({
  ...{ key: 7, versions: { settings: 3n } },
  columns: { status: "active", bidAmountMicros: 900, campaignId: 3, settingsSourceAtMs: 50, ...columns },
});
const budget = (columns: object) => ({
  ...{ key: 3, versions: { settings: 4n, budget: 5n } },
  columns: {
    ...{ status: "active", settingsSourceAtMs: 40 },
    ...{ lifetimeCapMicros: 90_000, dailyCapMicros: 5_000, budgetSourceAtMs: 60, ...columns },
  },
});
const termsOf = async (adGroupBid: object | null, campaignBudget: object | null) =>
  (await runNode(deriveServingTerms, { adGroupBid, campaignBudget, workItem } as never)).servingTermsWrites.ad_group
    ?.groups.terms;

test("an active group of an active campaign with a budget serves, up to its bid", async () => {
  expect(await termsOf(bid({}), budget({}))).toEqual([
    { key: 7, version: 12n, columns: { servable: true, bidCeilingMicros: 900, termsSourceAtMs: 60 } },
  ]);
});

test.each([
  ["a paused group", bid({ status: "paused" }), budget({}), 900],
  ["a paused campaign", bid({}), budget({ status: "paused" }), 900],
  ["a campaign without budget", bid({}), budget({ lifetimeCapMicros: null, dailyCapMicros: null }), 0],
  ["a group without campaign", bid({}), null, 0],
  ["a group of which only signals came", bid({ status: null, bidAmountMicros: null }), budget({}), 0],
])("%s does not serve", async (_, group, campaign, bidCeilingMicros) => {
  expect((await termsOf(group, campaign))[0].columns).toMatchObject({ servable: false, bidCeilingMicros });
});

test("a bid above the day's budget is capped by it, and by the campaign's where there is no daily one", async () => {
  const ceiling = async (columns: object) =>
    (await termsOf(bid({ bidAmountMicros: 9_000 }), budget(columns)))[0].columns.bidCeilingMicros;
  expect(await ceiling({})).toBe(5_000);
  expect(await ceiling({ dailyCapMicros: null, lifetimeCapMicros: 7_000 })).toBe(7_000);
});

test("a group that is gone is left alone", async () => {
  expect(await termsOf(null, null)).toBeUndefined();
});
