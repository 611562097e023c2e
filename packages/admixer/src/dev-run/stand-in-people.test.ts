/** A corpus holds nobody: what is kept of a request does not depend on anything personal in it or behind it. */
import type { AdmittedRequest, UserProfile } from "@tenon/ads-model";
import { recordEntry } from "@tenon/dev-run";
import { encodeValue } from "@tenon/graph-core/internal";
import { expect, test } from "vitest";
import { standInModels } from "../../test/stand-in-models.ts";
import { NOW_MS, smallMarketplace } from "../../test/test-host.ts";
import { admitRequest } from "../host/admit-request.ts";
import { POLICIES } from "../resources/policies.ts";
import { UserActionsTable } from "../resources/user-actions-table.ts";
import { recordMarketplace } from "./record-marketplace.ts";
import { nextInLine } from "./row-reads.ts";
import { recordingExecutor } from "./serving-executor.ts";
import { StandInPeople } from "./stand-in-people.ts";

const marketplace = smallMarketplace();
const people = new StandInPeople(marketplace.catalogue, "a key");
const requests = marketplace.sampleRequests({ seed: 5, count: 40 }).map((body) => admitRequest(body));
const personal = requests.filter(({ userId, city }) => userId !== undefined && city !== undefined);

/** The bytes of what is kept of a request, recorded against stores that hold `profile` for everybody. */
async function keptOf(request: AdmittedRequest): Promise<Buffer> {
  const actions = new UserActionsTable(marketplace.parentsOf, () => NOW_MS);
  const executor = recordingExecutor(marketplace, { models: standInModels(), policies: POLICIES }, { people, actions });
  const { entry } = await recordEntry(
    executor,
    { adRequest: people.requestOf(request), arms: { assignments: {}, parameters: {} } },
    { host: "admixer", recordedAtMs: NOW_MS, stratumOf: () => "any", alsoRead: nextInLine },
    { requestId: request.requestId, nowMs: NOW_MS },
  );
  const { request: bytes, reads, response: _, ...facts } = entry.recording;
  const parts = reads.flatMap(({ result, ...read }) => [JSON.stringify(read), result as Uint8Array]);
  return Buffer.concat(
    [bytes, ...parts, JSON.stringify(facts), JSON.stringify(entry.digests)].map((part) => Buffer.from(part as string)),
  );
}

test("whatever city, query and profile a user has, what is kept is the same", async () => {
  for (const request of personal.slice(0, 6)) {
    const kept = await keptOf(request);
    expect(await keptOf({ ...request, city: "Atlantis" })).toEqual(kept);
    if (request.query !== undefined) expect(await keptOf({ ...request, query: "my secret illness" })).toEqual(kept);
  }
});

test("the profile and the actions of a user are not even read", async () => {
  const [request] = personal as [AdmittedRequest];
  const kept = await keptOf(request);
  const { userId } = request as { userId: UserProfile["userId"] };
  const ads = [...marketplace.documents.keys()].slice(0, 50);
  for (const [at, adId] of ads.entries()) {
    const event = { eventId: `e${at}`, insertionId: `i${at}`, userId, adId, atMs: NOW_MS };
    marketplace.actions.record({ ...event, kind: "impression" });
  }
  expect(await keptOf(request)).toEqual(kept);
});

test("a user has one stand-in, another under another key, and no two users share an id", () => {
  const [request] = personal as [AdmittedRequest];
  const other = new StandInPeople(marketplace.catalogue, "another key");
  expect(people.requestOf(request)).toEqual(people.requestOf({ ...request }));
  expect(other.requestOf(request).userId).not.toBe(people.requestOf(request).userId);
  const users = marketplace.users.map(({ userId }) => people.requestOf({ ...request, userId }).userId);
  expect(new Set(users).size).toBe(marketplace.users.length);
});

test("a stand-in lives in the country of the request, has a profile, and is admitted as anybody is", () => {
  for (const request of requests) {
    const standIn = people.requestOf(request);
    expect(() => admitRequest(standIn)).not.toThrow();
    expect(standIn).toMatchObject({ country: request.country, surface: request.surface, consent: request.consent });
    expect("city" in standIn).toBe("city" in request);
    expect(standIn.userId === undefined).toBe(request.userId === undefined);
    if (standIn.userId !== undefined) expect(people.profile(standIn.userId)?.userId).toBe(standIn.userId);
  }
  expect(people.profile("u1" as UserProfile["userId"])).toBeNull();
});

test("no id of a user of the marketplace stands in the bytes of its corpus", async () => {
  const runs = recordMarketplace({ seed: 3, adsMax: 300, usersCount: 30, requests: 30, models: standInModels() });
  const ids = marketplace.users.map(({ userId }) => userId);
  let bytes = "";
  for await (const { entry } of runs.runs()) {
    const { request, reads } = entry.recording;
    bytes += [request, ...reads.map(({ result }) => result as Uint8Array), encodeValue(entry.digests)]
      .map((part) => Buffer.from(part).toString("latin1"))
      .join(" ");
  }
  expect(bytes.length).toBeGreaterThan(100_000);
  expect(bytes).toContain("stand-in-");
  // An id stands alone: "u1" within a longer word is none.
  expect(ids.filter((id) => new RegExp(`(^|[^A-Za-z0-9_-])${id}([^A-Za-z0-9_-]|$)`).test(bytes))).toEqual([]);
});
