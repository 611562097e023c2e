/** What the ad-request graph promises for every request, over real ads of the marketplace. */
import { type AdmittedRequest, DROP_REASONS, userId } from "@tenon/ads-model";
import type { RunContext } from "@tenon/graph-core";
import { Schedule, shuffled, toGolden } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { answer } from "../testing/answer.ts";
import { HARSH, requestsOf, users, type World } from "../testing/marketplace-world.ts";

const REQUESTS = requestsOf(40);

const bytes = (response: unknown) => JSON.stringify(toGolden(response));

function enteredOf({ ledger }: RunContext): number {
  return ledger.stages[0]?.batch.size ?? 0;
}

test("every retrieved ad is in the response or leaves by exactly one drop", async () => {
  for (const request of REQUESTS) {
    const { context, response } = await answer(request, HARSH);
    const { breaches, entered, kept, dropped } = context.ledger.conserved();
    const shown = response.adResponse.positions.filter(({ kind }) => kind === "ad").length;
    expect(breaches).toEqual([]);
    expect(entered).toBe(enteredOf(context));
    expect(kept).toBe(shown);
    expect(kept + dropped).toBe(entered);
    for (const reason of context.ledger.countsByReason().keys()) expect(DROP_REASONS).toContain(reason);
  }
});

test("what was scored is what is logged: the record holds the very snapshots, and scores that carry their digests", async () => {
  for (const request of REQUESTS) {
    const { light, rank, clickProbability, ecpmMicros } = (await answer(request, HARSH)).response.featureLogRecord;
    for (const { features, scores, adIds } of [light, rank]) {
      expect(scores.isOf(features)).toBe(true);
      expect(adIds.length).toBe(features.rowCount);
    }
    expect(clickProbability.length).toBe(rank.features.rowCount);
    expect(ecpmMicros.length).toBe(rank.features.rowCount);
  }
});

test("response, insertions and log name the same ads at the same prices", async () => {
  for (const request of REQUESTS) {
    const { adResponse, insertionEvents, featureLogRecord } = (await answer(request, HARSH)).response;
    const shown = adResponse.positions.flatMap((each, position) =>
      each.kind === "ad" ? [{ adId: each.adId, position, chargedPriceMicros: each.chargedPriceMicros }] : [],
    );
    const facts = <Each extends (typeof shown)[number]>({ adId, position, chargedPriceMicros }: Each) => ({
      adId,
      position,
      chargedPriceMicros,
    });
    expect(insertionEvents.map(facts)).toEqual(shown);
    expect(featureLogRecord.shown.map(facts)).toEqual(shown);
  }
});

test("the caller's feed is in the response, whole and in its order", async () => {
  for (const request of REQUESTS) {
    const { positions } = (await answer(request)).response.adResponse;
    const organic = positions.flatMap((each) => (each.kind === "organic" ? [each.organicId] : []));
    expect(organic).toEqual(request.organicItems.map(({ organicId }) => organicId));
    expect(positions.length - organic.length).toBeLessThanOrEqual(request.adSlotsWanted);
  }
});

test("without consent a request's answer does not depend on who asks, and no personal store is read", async () => {
  const [one, other] = users.slice(0, 2);
  for (const request of REQUESTS.slice(0, 10)) {
    const reads: string[] = [];
    const world: World = { onPersonalRead: (id) => reads.push(id) };
    const withheld = { ...request, consent: { ...request.consent, personalisation: false, measurement: false } };
    const { userId: _, city: __, ...anonymous } = withheld;
    const answers = [
      await answer({ ...withheld, userId: userId(one?.userId ?? "") }, world),
      await answer({ ...withheld, userId: userId(other?.userId ?? "") }, world),
      await answer(anonymous as AdmittedRequest, world),
    ];
    expect(new Set(answers.map(({ response }) => bytes(response))).size).toBe(1);
    expect(reads).toEqual([]);
  }
});

test("with consent the profile makes a difference", async () => {
  const signedIn = REQUESTS.filter((request) => request.userId !== undefined && request.consent.personalisation);
  let different = 0;
  for (const request of signedIn) {
    const personal = await answer(request);
    const withheld = await answer({ ...request, consent: { ...request.consent, personalisation: false } });
    if (bytes(personal.response) !== bytes(withheld.response)) different++;
  }
  expect(signedIn.length).toBeGreaterThan(10);
  expect(different).toBeGreaterThan(signedIn.length / 2);
});

test("checked and plain runs give the same bytes", async () => {
  for (const request of REQUESTS) {
    const checked = await answer(request, HARSH, { checked: true });
    const plain = await answer(request, HARSH, { checked: false });
    expect(bytes(plain.response)).toBe(bytes(checked.response));
  }
});

test("the order in which stores answer changes nothing", async () => {
  const request = REQUESTS.find((each) => each.userId !== undefined && each.consent.personalisation) as AdmittedRequest;
  const expected = bytes((await answer(request)).response);
  for (let seed = 0; seed < 8; seed++) {
    const schedule = new Schedule(shuffled(seed));
    const { response } = await schedule.drive(answer(request, { hold: schedule.hold }));
    expect(bytes(response)).toBe(expected);
  }
});

test("when no budget is known, nothing is served: every ad is dropped as our error", async () => {
  for (const request of REQUESTS) {
    const { context } = await answer(request, { remainingMicros: () => undefined });
    expect(enteredOf(context)).toBeGreaterThan(0);
    expect(context.ledger.stages.at(-1)?.kept.size).toBe(0);
    expect([...context.ledger.countsByReason()]).toEqual([["error", enteredOf(context)]]);
  }
});
