/** Light ranking is judged by what it loses: winners of the auction over all candidates that trimming would have kept out. */
import { expect, test } from "vitest";
import { answer } from "../testing/answer.ts";
import { requestsOf } from "../testing/marketplace-world.ts";

const REQUESTS = requestsOf(60);

/** Ads shown to all requests, ranking at most `rankedAdsMax` candidates. */
async function shownBy(rankedAdsMax: number): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const request of REQUESTS) {
    const world = { rankingPolicy: { rankedAdsMax, rankedAdsMin: rankedAdsMax } };
    const { adResponse } = (await answer(request, world, { checked: false })).response;
    for (const each of adResponse.positions) if (each.kind === "ad") shown.push(`${request.requestId} ${each.adId}`);
  }
  return shown;
}

test("ranking a quarter of the candidates shows at least 95 of 100 ads that ranking all of them shows", async () => {
  const exhaustive = await shownBy(10_000);
  const trimmed = new Set(await shownBy(50));
  const recalled = exhaustive.filter((each) => trimmed.has(each)).length / exhaustive.length;
  expect(exhaustive.length).toBeGreaterThan(100);
  expect(recalled).toBeGreaterThanOrEqual(0.95);
});
