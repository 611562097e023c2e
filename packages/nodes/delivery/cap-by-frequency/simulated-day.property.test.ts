/**
 * Frequency caps over a simulated stretch of time: requests of one user, impressions and insertions that are never seen,
 * in any order. The nodes are the real ones; the counting service counts raw events.
 */
import { FREQUENCY_CAP_LEVELS, FREQUENCY_CAP_WINDOWS_DAYS, impressionCount } from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadUserCounts } from "../../feature-expansion/load-user-counts/load-user-counts.ts";
import { ActionStore, type AdPath, DAY_MS } from "../../testing/action-store.ts";
import { adsOf } from "../../testing/ads.ts";
import { attachUserCounts } from "../attach-user-counts/attach-user-counts.ts";
import type { FrequencyPolicy } from "../resources.ts";
import { capByFrequency } from "./cap-by-frequency.ts";

/** Two ads per group, two groups per campaign, two campaigns per advertiser. */
const PATHS: readonly AdPath[] = Array.from({ length: 16 }, (_, ad) => ({
  advertiser: 1 + (ad >> 3),
  campaign: 1 + (ad >> 2),
  adGroup: 1 + (ad >> 1),
  ad: 1 + ad,
}));

const frequencyCap = fc.record({
  level: fc.constantFrom(...FREQUENCY_CAP_LEVELS),
  windowDays: fc.constantFrom(...FREQUENCY_CAP_WINDOWS_DAYS),
  impressionsMax: fc.integer({ min: 0, max: 3 }).map(impressionCount),
});
const caps = fc.array(frequencyCap, { minLength: 1, maxLength: 4 });

const command = fc.record({
  kind: fc.constantFrom("request", "request", "see", "see", "giveUp"),
  choice: fc.nat(1000),
  laterMs: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: DAY_MS })),
});

/** What a user was allowed to see, by the policy's caps and every ad's own. */
function policyOf(policyCaps: FrequencyPolicy["caps"]): FrequencyPolicy {
  return { caps: policyCaps, unknownUser: "drop", countsUnavailable: "drop" };
}

/** The ads that the nodes let through for this user now. */
async function allowedNow(
  store: ActionStore,
  nowMs: number,
  frequencyPolicy: FrequencyPolicy,
): Promise<readonly AdPath[]> {
  const { userCounts } = await runNode(
    loadUserCounts,
    { consentedUser: { userId: "u1" } },
    { uses: { userActions: store.at(nowMs) } },
  );
  const allowedAds = adsOf(
    PATHS.map(({ advertiser, campaign, adGroup, ad }) => ({
      id: ad,
      adGroupId: adGroup,
      campaignId: campaign,
      advertiserId: advertiser,
    })),
  );
  const { adCounts } = await runNode(attachUserCounts, { allowedAds, userCounts });
  const { cappedAds } = await runNode(capByFrequency, { allowedAds, adCounts }, { uses: { frequencyPolicy } });
  return PATHS.filter(({ ad }) => cappedAds.rowOfId(ad) >= 0);
}

function expectWithinCaps(store: ActionStore, nowMs: number, policy: FrequencyPolicy, excess = 0): void {
  for (const { level, windowDays, impressionsMax } of policy.caps) {
    for (const entityId of new Set(PATHS.map((path) => path[level]))) {
      const seen = store.impressions(level, entityId, windowDays, nowMs);
      expect(seen, `${level} ${entityId} in ${windowDays} days`).toBeLessThanOrEqual(impressionsMax + excess);
    }
  }
}

test("no user ever sees more than a cap allows, whatever the order of requests, impressions and lost insertions", async () => {
  await fc.assert(
    fc.asyncProperty(caps, fc.array(command, { maxLength: 40 }), async (policyCaps, commands) => {
      const store = new ActionStore();
      const policy = policyOf(policyCaps);
      let nowMs = 100 * DAY_MS;
      for (const { kind, choice, laterMs } of commands) {
        nowMs += laterMs;
        if (kind === "see") store.see(choice, nowMs);
        if (kind === "giveUp") store.giveUp(choice);
        if (kind === "request") {
          // As the auction does: one ad of an advertiser in one response.
          const allowed = await allowedNow(store, nowMs, policy);
          for (const advertiser of [1, 2]) {
            const own = allowed.filter((path) => path.advertiser === advertiser);
            // One of the first two, as an auction would: the same ads win again and again until a cap ends it.
            const chosen = own[choice % Math.max(1, Math.min(2, own.length))];
            if (chosen !== undefined) store.insert(chosen);
          }
        }
        expectWithinCaps(store, nowMs, policy);
      }
    }),
    { numRuns: 150 },
  );
});

test("requests of one user at the same moment exceed a cap by at most one impression each but the first", async () => {
  const together = fc.integer({ min: 1, max: 4 });
  await fc.assert(
    fc.asyncProperty(caps, together, async (policyCaps, requests) => {
      const store = new ActionStore();
      const policy = policyOf(policyCaps);
      const nowMs = 100 * DAY_MS;
      const answers = await Promise.all(Array.from({ length: requests }, () => allowedNow(store, nowMs, policy)));
      for (const [chosen] of answers) if (chosen !== undefined) store.insert(chosen);
      for (let seen = 0; seen < requests; seen++) store.see(0, nowMs);
      expectWithinCaps(store, nowMs, policy, requests - 1);
    }),
    { numRuns: 60 },
  );
});

test("a cap is used up, not just kept: with impressions left the ad may be shown", async () => {
  const store = new ActionStore();
  const policy = policyOf([{ level: "ad", windowDays: 1, impressionsMax: impressionCount(2) }]);
  const nowMs = 100 * DAY_MS;
  const adPath = PATHS[0] as AdPath;
  const shown = async () => (await allowedNow(store, nowMs, policy)).includes(adPath);
  expect(await shown()).toBe(true);
  store.insert(adPath);
  store.see(0, nowMs);
  expect(await shown()).toBe(true);
  store.insert(adPath);
  expect(await shown()).toBe(false);
  store.giveUp(0);
  expect(await shown()).toBe(true);
});
