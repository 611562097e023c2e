/** What the answer is when the records of winners are missing, late or unreadable. */
import type { AdmittedRequest, AdResponse } from "@tenon/ads-model";
import { ManualClock, settle } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { answer } from "../testing/answer.ts";
import { NOW_MS, requestsOf, type World } from "../testing/marketplace-world.ts";

const REQUESTS = requestsOf(20);

const adIds = ({ positions }: AdResponse) =>
  positions.flatMap((each) => (each.kind === "ad" ? [each.adId as number] : []));

/** A world whose index has no record of this ad. */
const without = (missingId: number): World => ({
  wrapRecords: (read) => async (ids, signal) => {
    const { found, missing, ...rest } = await read(ids, signal);
    return {
      ...rest,
      found: found.filter(({ adId }) => adId !== missingId),
      missing: [...missing, ...found.map(({ adId }) => adId).filter((adId) => adId === missingId)],
    };
  },
});

test("a winner without a record is dropped as not indexed, and a reserve has its place: no hole, no ad less", async () => {
  let replaced = 0;
  for (const request of REQUESTS) {
    const whole = adIds((await answer(request)).response.adResponse);
    const [first] = whole;
    if (first === undefined) continue;
    const { response, context } = await answer(request, without(first));
    const shown = adIds(response.adResponse);
    expect(shown).not.toContain(first);
    expect(shown.length).toBe(whole.length);
    expect(shown.slice(0, whole.length - 1)).toEqual(whole.slice(1));
    expect(context.ledger.explain(first)).toMatchObject({ fate: "dropped" });
    expect(context.ledger.conserved().ok).toBe(true);
    replaced++;
  }
  expect(replaced).toBeGreaterThan(10);
});

async function withoutAds(request: AdmittedRequest, world: World, drive: (clock: ManualClock) => void): Promise<void> {
  const clock = new ManualClock(NOW_MS);
  const degraded: string[] = [];
  const running = answer(request, world, {
    clock,
    deadlineMs: NOW_MS + 100,
    onDegraded: ({ name }) => degraded.push(name),
  });
  await settle();
  drive(clock);
  const { response, context } = await running;
  expect(degraded).toEqual(["loadAdRecords"]);
  expect(adIds(response.adResponse)).toEqual([]);
  expect(response.adResponse.positions.length).toBe(request.organicItems.length);
  expect(response.insertionEvents).toEqual([]);
  expect(response.featureLogRecord.shown).toEqual([]);
  expect(context.ledger.countsByReason().get("error")).toBeGreaterThan(0);
  expect(context.ledger.conserved().ok).toBe(true);
}

test("records that cannot be read cost the ads, not the answer, and nobody is charged", async () => {
  const broken: World = { wrapRecords: () => () => Promise.reject(new Error("segment lost")) };
  await withoutAds(REQUESTS[0] as AdmittedRequest, broken, () => undefined);
});

test("records that never come are cut at the node's budget", async () => {
  const silent: World = { wrapRecords: () => () => new Promise(() => undefined) };
  await withoutAds(REQUESTS[0] as AdmittedRequest, silent, (clock) => clock.advance(50));
});
