/** What the ad-request graph promises for every request, over real ads of the marketplace. */
import { type AdmittedRequest, userId } from "@tenon/ads-model";
import { compileGraph, createExecutor, type RunContext } from "@tenon/graph-core";
import { Schedule, shuffled, toGolden } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { NOW_MS, requestsOf, resourcesOf, users, type World } from "../testing/marketplace-world.ts";
import { adRequest } from "./ad-request.graph.ts";

const plan = compileGraph(adRequest);
const arms = { assignments: {}, parameters: {} };
const REQUESTS = requestsOf(40);

async function answer(request: AdmittedRequest, world: World = {}, checked = true) {
  const executor = createExecutor(plan, { resources: resourcesOf(world) });
  const context = executor.begin({ requestId: request.requestId, nowMs: NOW_MS, checked });
  const response = await executor.execute({ adRequest: request, arms }, context);
  return { response, context };
}

const bytes = (response: unknown) => JSON.stringify(toGolden(response));

function enteredOf({ ledger }: RunContext): number {
  return ledger.stages[0]?.batch.size ?? 0;
}

test("every retrieved ad leaves by exactly one drop or is kept to the end", async () => {
  const world: World = {
    remainingMicros: (campaignId) => (campaignId % 5 === 0 ? undefined : campaignId % 7 === 0 ? 0 : 1e9),
    passRate: (campaignId) => (campaignId % 3) / 2,
    policyRules: { rules: [{ name: "no-food", categoryPrefix: "brands/amenity" }] },
  };
  for (const request of REQUESTS) {
    const { context } = await answer(request, world);
    const { breaches, entered, kept, dropped } = context.ledger.conserved();
    expect(breaches).toEqual([]);
    expect(entered).toBe(enteredOf(context));
    expect(kept + dropped).toBe(entered);
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
    const checked = await answer(request, {}, true);
    const plain = await answer(request, {}, false);
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
