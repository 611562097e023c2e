import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { deriveServingTerms } from "./derive-serving-terms.ts";

const workItem = { key: 7, version: 12n };
const bid = (columns: object) => ({
  ...{ key: 7, versions: { bid: 3n } },
  columns: { status: "active", bidMicros: 900, campaignId: 3, ...columns },
});
const budget = (columns: object) => ({
  ...{ key: 3, versions: { budget: 5n } },
  columns: { status: "active", dailyBudgetMicros: 5_000, ...columns },
});
const termsOf = async (adGroupBid: object | null, campaignBudget: object | null) =>
  (await runNode(deriveServingTerms, { adGroupBid, campaignBudget, workItem } as never)).servingTermsWrites.ad_group
    ?.groups.terms;

test("an active group of an active campaign with a budget serves, up to its bid", async () => {
  expect(await termsOf(bid({}), budget({}))).toEqual([
    { key: 7, version: 12n, columns: { servable: true, bidCeilingMicros: 900 } },
  ]);
});

test.each([
  ["a paused group", bid({ status: "paused" }), budget({}), 900],
  ["a paused campaign", bid({}), budget({ status: "paused" }), 900],
  ["a campaign without budget", bid({}), budget({ dailyBudgetMicros: 0 }), 0],
  ["a group without campaign", bid({}), null, 0],
  ["a group whose bid was never written", bid({ status: null, bidMicros: null }), budget({}), 0],
])("%s does not serve", async (_, group, campaign, bidCeilingMicros) => {
  expect((await termsOf(group, campaign))[0].columns).toEqual({ servable: false, bidCeilingMicros });
});

test("a bid above the day's budget is capped by it", async () => {
  expect((await termsOf(bid({ bidMicros: 9_000 }), budget({})))[0].columns.bidCeilingMicros).toBe(5_000);
});

test("a group that is gone is left alone", async () => {
  expect(await termsOf(null, null)).toBeUndefined();
});
