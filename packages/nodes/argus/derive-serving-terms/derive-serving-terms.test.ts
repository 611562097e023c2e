import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { deriveServingTerms } from "./derive-serving-terms.ts";

const workItem = { key: 7, version: 12n };
const group = (columns: object) => ({
  ...{ key: 7, versions: { settings: 3n } },
  columns: { status: "active", campaignId: 3, settingsSourceAtMs: 50, ...columns },
});
const budget = (columns: object) => ({
  ...{ key: 3, versions: { settings: 4n, budget: 5n } },
  columns: {
    ...{ status: "active", settingsSourceAtMs: 40 },
    ...{ lifetimeCapMicros: 90_000, dailyCapMicros: 5_000, budgetSourceAtMs: 60, ...columns },
  },
});
const termsOf = async (adGroupState: object | null, campaignBudget: object | null) =>
  (await runNode(deriveServingTerms, { adGroupState, campaignBudget, workItem } as never)).servingTermsWrites.ad_group
    ?.groups.terms;

test("an active group of an active campaign with a budget serves; one charge may be no more than the day's budget", async () => {
  expect(await termsOf(group({}), budget({}))).toEqual([
    { key: 7, version: 12n, columns: { servable: true, chargeMaxMicros: 5_000, termsSourceAtMs: 60 } },
  ]);
});

test.each([
  ["a paused group", group({ status: "paused" }), budget({}), 5_000],
  ["a paused campaign", group({}), budget({ status: "paused" }), 5_000],
  ["a campaign without budget", group({}), budget({ lifetimeCapMicros: null, dailyCapMicros: null }), 0],
  ["a group without campaign", group({}), null, 0],
  ["a group of which only signals came", group({ status: null }), budget({}), 5_000],
])("%s does not serve", async (_, adGroup, campaign, chargeMaxMicros) => {
  expect((await termsOf(adGroup, campaign))[0].columns).toMatchObject({ servable: false, chargeMaxMicros });
});

test("where there is no daily budget the campaign's is the most", async () => {
  const terms = await termsOf(group({}), budget({ dailyCapMicros: null, lifetimeCapMicros: 7_000 }));
  expect(terms[0].columns.chargeMaxMicros).toBe(7_000);
});

test("a group that is gone is left alone", async () => {
  expect(await termsOf(null, null)).toBeUndefined();
});
