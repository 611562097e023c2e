import { AdRequestSchema, countryCode, UserProfileSchema } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { categoryRows } from "./category-traits.ts";
import { MARKETPLACE_NOW_MS } from "./generate-marketplace.ts";
import { generateQuery } from "./generate-query.ts";
import { generateRequests } from "./generate-requests.ts";
import { generateUsers, openUsers } from "./generate-users.ts";
import { randomStream } from "./random.ts";
import { wordsOf } from "./words.ts";

const catalogue = loadCatalogue();
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test("users are valid, repeatable, and user n does not depend on how many follow", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, count) => {
      const users = generateUsers(catalogue, { seed, count });
      expect(users).toHaveLength(count);
      for (const user of users) expect(UserProfileSchema.safeParse(user).error).toBeUndefined();
      expect(generateUsers(catalogue, { seed, count: count + 5 }).slice(0, count)).toEqual(users);
    }),
    { numRuns: 10 },
  );
});

test("users live in real cities, clicked no more than they saw, and like known categories, each once", () => {
  const rows = categoryRows(catalogue);
  const cities = new Set(catalogue.cities.map(({ country, name }) => `${country} ${name}`));
  for (const user of generateUsers(catalogue, { seed: 2, count: 2_000 })) {
    expect(cities.has(`${user.country} ${user.city}`)).toBe(true);
    expect(user.adClicks30Days).toBeLessThanOrEqual(user.adImpressions30Days);
    const interests = user.interests.map(({ interest }) => interest);
    expect(interests.every((interest) => rows.has(interest))).toBe(true);
    expect(new Set(interests).size).toBe(interests.length);
    expect(
      user.interests.every(({ affinity }, row) => row === 0 || affinity <= (user.interests[row - 1]?.affinity ?? 1)),
    ).toBe(true);
  }
});

test("more users live in the large cities of a country", () => {
  const users = generateUsers(catalogue, { seed: 4, count: 20_000 }).filter(({ country }) => country === "US");
  const livingIn = (city: string) => users.filter((user) => user.city === city).length;
  expect(livingIn("New York City")).toBeGreaterThan(2 * livingIn("Chicago"));
  expect(livingIn("Chicago")).toBeGreaterThan(livingIn("Seattle"));
});

test("requests are valid by the HTTP contract, repeatable, within the stretch and ascending in time", () => {
  const users = generateUsers(catalogue, { seed: 3, count: 100 });
  fc.assert(
    fc.property(
      seeds,
      fc.integer({ min: 1, max: 80 }),
      fc.integer({ min: 1, max: 10_000_000 }),
      (seed, count, durationMs) => {
        const options = { seed, count, startAtMs: MARKETPLACE_NOW_MS, durationMs };
        const requests = generateRequests(catalogue, users, options);
        expect(generateRequests(catalogue, users, options)).toEqual(requests);
        expect(new Set(requests.map(({ requestId }) => requestId)).size).toBe(count);
        let previousMs = MARKETPLACE_NOW_MS;
        for (const request of requests) {
          expect(AdRequestSchema.safeParse(request).error).toBeUndefined();
          expect(request.timestampMs).toBeGreaterThanOrEqual(previousMs);
          expect(request.timestampMs).toBeLessThan(MARKETPLACE_NOW_MS + durationMs);
          previousMs = request.timestampMs ?? 0;
        }
      },
    ),
    { numRuns: 15 },
  );
});

test("all surfaces occur, search has words the catalogue knows, and organic items fall in utility", () => {
  const requests = generateRequests(catalogue, generateUsers(catalogue, { seed: 3, count: 500 }), {
    seed: 3,
    count: 3_000,
  });
  const shareOf = (surface: string) =>
    requests.filter((request) => request.surface === surface).length / requests.length;
  expect(shareOf("homeFeed")).toBeCloseTo(0.6, 1);
  expect(shareOf("search")).toBeCloseTo(0.25, 1);
  expect(shareOf("related")).toBeCloseTo(0.15, 1);
  const queries = requests.flatMap(({ query }) => query ?? []);
  const known = queries.filter((query) => wordsOf(query).some((word) => catalogue.wordVectors.rowOf.has(word)));
  expect(known.length / queries.length).toBeGreaterThan(0.85);
  for (const { organicItems } of requests) {
    expect(
      organicItems.every(({ utility }, row) => row === 0 || utility <= (organicItems[row - 1]?.utility ?? 1)),
    ).toBe(true);
  }
});

test("evenings are busier than nights on the users' own clocks", () => {
  const requests = generateRequests(catalogue, generateUsers(catalogue, { seed: 5, count: 500 }), {
    seed: 5,
    count: 4_000,
  });
  const localHour = ({ timestampMs = 0, utcOffsetMinutes = 0 }) =>
    Math.floor((timestampMs / 60_000 + utcOffsetMinutes) / 60) % 24;
  const within = (from: number, to: number) =>
    requests.filter(
      (request) =>
        localHour({ timestampMs: request.timestampMs ?? 0, utcOffsetMinutes: request.utcOffsetMinutes ?? 0 }) >= from &&
        localHour({ timestampMs: request.timestampMs ?? 0, utcOffsetMinutes: request.utcOffsetMinutes ?? 0 }) < to,
    ).length;
  expect(within(19, 22)).toBeGreaterThan(4 * within(2, 5));
});

test("a brand whose name has no words still gives a query", () => {
  const [brand] = catalogue.brands;
  if (brand === undefined) throw new Error("the catalogue is empty");
  const everywhere = { everywhere: true, countries: [], regions: [], excludedCountries: [], excludedRegions: [] };
  const wordless = { ...catalogue, brands: [{ ...brand, name: "!", location: everywhere }] };
  for (let row = 0; row < 200; row++) {
    const query = generateQuery(
      wordless,
      { country: countryCode("DE"), region: null, interests: [] },
      randomStream(1, "query", row),
    );
    expect(query).not.toBe("");
  }
});

test("requests without users are refused with what to do", () => {
  expect(() => generateRequests(catalogue, [], { seed: 1, count: 1 })).toThrow(
    "generate at least one with generateUsers",
  );
});

test("users that are made when they are asked for are the generated ones, in whatever order, and nobody else is there", () => {
  const options = { seed: 3, count: 40 };
  const users = generateUsers(catalogue, options);
  const open = openUsers(catalogue, options);
  expect(open.length).toBe(40);
  for (const user of users.toReversed()) expect(open.byId(user.userId)).toEqual(user);
  expect(users.map((_, row) => open.at(row))).toEqual(users);
  expect(open.at(7)).toBe(open.byId("u8"));
  for (const id of ["u0", "u41", "u08", "u-1", "u1.5", "U1", "1", ""]) expect(open.byId(id)).toBeUndefined();
  for (const row of [-1, 40, 0.5]) expect(open.at(row)).toBeUndefined();
  const wanted = { seed: 5, count: 60 };
  expect(generateRequests(catalogue, openUsers(catalogue, options), wanted)).toEqual(
    generateRequests(catalogue, users, wanted),
  );
});
