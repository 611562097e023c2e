import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AdmittedRequest } from "@tenon/ads-model";
import { bind, checkGraph, createExecutor, type Graph, recordRun, replayRun } from "@tenon/graph-core";
import { ManualClock, settle, toGolden } from "@tenon/graph-testkit";
import { AdIndexResource, type UserActions, UserActionsResource, UserStoreResource } from "@tenon/nodes";
import { expect, test } from "vitest";
import { ARMS, answer, plan } from "../testing/answer.ts";
import { HARSH, NOW_MS, requestsOf, resourcesOf, users } from "../testing/marketplace-world.ts";
import { adRequest } from "./ad-request.graph.ts";

const REQUESTS = requestsOf(40);
const personal = REQUESTS.find(
  ({ userId, consent }) => userId !== undefined && consent.personalisation,
) as AdmittedRequest;

test("the graph has no diagnostic, and every owner is a team", () => {
  const file = join(import.meta.dirname, "../../owners.json");
  const { owners } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly owners: readonly { readonly name: string }[];
  };
  expect(checkGraph(adRequest as Graph, { owners: owners.map(({ name }) => name) })).toEqual([]);
});

test("an ordinary day has ads: most requests get some", async () => {
  let filled = 0;
  for (const request of REQUESTS) {
    const { adResponse } = (await answer(request)).response;
    if (adResponse.positions.some(({ kind }) => kind === "ad")) filled++;
  }
  expect(filled).toBeGreaterThan(REQUESTS.length / 2);
});

test("nothing personal leaves: not the user, not the city, not the query, not the profile's words", async () => {
  const search = REQUESTS.find(({ query, userId }) => query !== undefined && userId !== undefined) as AdmittedRequest;
  const request: AdmittedRequest = {
    ...search,
    city: "Personalville",
    query: "zebraquery shoes",
    consent: { personalisation: true, measurement: true },
  };
  const { response } = await answer(request);
  const user = users.find(({ userId }) => userId === request.userId);
  const text = JSON.stringify(toGolden(response)).toLowerCase();
  for (const secret of [user?.userId, user?.city, "Personalville", "zebraquery"]) {
    if (secret !== null && secret !== undefined) expect(text).not.toContain(secret.toLowerCase());
  }
  expect(response.featureLogRecord.userPseudonym).not.toBeNull();
});

test("stores that fail cost quality, not the answer", async () => {
  const broken = async (): Promise<never> => {
    throw new Error("store down");
  };
  const degraded: string[] = [];
  const executor = createExecutor(plan, {
    resources: {
      ...resourcesOf(),
      userStore: bind(UserStoreResource, { value: { profile: broken } }),
      userActions: bind(UserActionsResource, { value: { countsFor: broken } }),
    },
    onDegraded: ({ name }) => degraded.push(name),
  });
  const context = executor.begin({ requestId: personal.requestId, nowMs: NOW_MS });
  const { adResponse } = await executor.execute({ adRequest: personal, arms: ARMS }, context);
  expect(degraded.sort()).toEqual(["loadUserCounts", "loadUserProfile"]);
  expect(adResponse.positions.some(({ kind }) => kind === "ad")).toBe(true);
});

test("counts that never come are cut at the node's budget, and the policy for them applies", async () => {
  const clock = new ManualClock(NOW_MS);
  const never: UserActions = { countsFor: () => new Promise(() => undefined) };
  const frequencyPolicy = { caps: [], unknownUser: "serve", countsUnavailable: "drop" } as const;
  const executor = createExecutor(plan, {
    resources: { ...resourcesOf({ frequencyPolicy }), userActions: bind(UserActionsResource, { value: never }) },
    clock,
  });
  const context = executor.begin({ requestId: personal.requestId, deadlineMs: NOW_MS + 100 });
  const running = executor.execute({ adRequest: personal, arms: ARMS }, context);
  await settle();
  clock.advance(50);
  await running;
  const cut = context.ledger.stages.flatMap(({ drops }) => drops).filter(({ reason }) => reason === "frequency_capped");
  expect(cut.length).toBeGreaterThan(0);
  expect(new Set(cut.map(({ value }) => value))).toEqual(new Set(["unavailable"]));
});

test("when vector search fails, other sources still bring ads", async () => {
  const search = REQUESTS.find(({ query }) => query !== undefined) as AdmittedRequest;
  const resources = resourcesOf();
  const index = resources.adIndex.current() as typeof AdIndexResource.valueType;
  const adIndex = {
    ...Object.fromEntries(
      AdIndexResource.methods?.map((name) => [name, (...given: never[]) => callOf(index, name)(...given)]) ?? [],
    ),
    searchVectors: () => {
      throw new Error("segment lost");
    },
  } as unknown as typeof AdIndexResource.valueType;
  const executor = createExecutor(plan, {
    resources: { ...resources, adIndex: bind(AdIndexResource, { value: adIndex }) },
  });
  const context = executor.begin({ requestId: search.requestId, nowMs: NOW_MS });
  await executor.execute({ adRequest: search, arms: ARMS }, context);
  expect(context.ledger.stages[0]?.batch.size).toBeGreaterThan(0);
});

function callOf(target: object, method: string): (...given: readonly unknown[]) => unknown {
  const found = (target as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>)[method];
  if (found === undefined) throw new Error(`no method "${method}"`);
  return found.bind(target);
}

test("a recorded request is answered again to the byte, without touching a store", async () => {
  for (const request of REQUESTS.slice(0, 12)) {
    const live = createExecutor(plan, { resources: resourcesOf(HARSH) });
    const recorded = recordRun(
      live,
      { adRequest: request, arms: ARMS },
      { requestId: request.requestId, nowMs: NOW_MS },
    );
    const expected = JSON.stringify(toGolden(await recorded.response));
    const touched: string[] = [];
    const again = createExecutor(plan, {
      resources: resourcesOf({ ...HARSH, onPersonalRead: (userId) => touched.push(userId) }),
    });
    const replayed = replayRun(again, recorded.recording());
    expect(JSON.stringify(toGolden(await replayed.response))).toBe(expected);
    expect(touched).toEqual([]);
  }
});
