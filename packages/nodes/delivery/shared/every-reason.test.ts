import { INELIGIBLE_REASONS } from "@tenon/ad-index/api";
import { DROP_REASONS } from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { adsOf } from "../../testing/ads.ts";
import { budgetStateOf, pacingStateOf } from "../../testing/resources.ts";
import { dropByPolicy } from "../drop-by-policy/drop-by-policy.ts";
import { dropInactive } from "../drop-inactive/drop-inactive.ts";
import { dropUnindexed } from "../drop-unindexed/drop-unindexed.ts";
import { dropWithoutBudget } from "../drop-without-budget/drop-without-budget.ts";
import { pace } from "../pace/pace.ts";

const uses = {
  policyRules: { rules: [] },
  budgetState: budgetStateOf({ asOfMs: 0, campaigns: { 1: { lifetimeRemainingMicros: 1 } } }),
  pacingState: pacingStateOf({ asOfMs: 0, passRates: { 1: 1 } }),
  budgetPolicy: { stateAgeMaxMs: 1 },
};
const normalRequest = {
  requestId: "r1",
  surface: "homeFeed",
  country: "US",
  region: null,
  device: "phone",
  language: "en",
  adSlotsWanted: 3,
  hourOfDayUtc: 1,
  dayOfWeekUtc: 6,
  hourOfDayLocal: null,
};
const targetingUser = { known: false, ageBracket: null, gender: null, interests: [], activity: null };

/** The filters that act on the index's verdict, with the inputs they need beside the candidates. */
const FILTERS = [
  { filter: dropUnindexed, inputs: {} },
  { filter: dropInactive, inputs: {} },
  { filter: dropByPolicy, inputs: { normalRequest, targetingUser } },
  { filter: dropWithoutBudget, inputs: {} },
  { filter: pace, inputs: {} },
];

for (const outcome of ["not_indexed", "targeting_mismatch", ...INELIGIBLE_REASONS]) {
  test(`an ad that the index calls ${outcome} is dropped with that reason, by one filter`, async () => {
    const ads = adsOf([{ id: 1, eligibility: outcome }]);
    const reasons: string[] = [];
    for (const { filter, inputs } of FILTERS) {
      const of = filter.definition.of?.name ?? "";
      const { dropped } = await runNode(filter, { [of]: ads, ...inputs }, { uses });
      reasons.push(...dropped.map((drop: { reason: string }) => drop.reason));
    }
    expect(reasons).toEqual([outcome]);
    expect(DROP_REASONS).toContain(outcome);
  });
}
