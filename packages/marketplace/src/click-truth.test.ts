import { adId, clickCount, hourOfDay, impressionCount, probability, requestId } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { EMBEDDING_DIMENSIONS } from "./catalogue-tables.ts";
import { clickContexts } from "./click-context.ts";
import { type ClickContext, clickTruth } from "./click-truth.ts";
import { generateMarketplace } from "./generate-marketplace.ts";
import { generateRequests } from "./generate-requests.ts";
import { generateUsers } from "./generate-users.ts";
import { simulateClicks } from "./simulate-clicks.ts";

const shares = fc.double({ min: 0, max: 1, noNaN: true });
const cosines = fc.double({ min: -1, max: 1, noNaN: true });
const contexts: fc.Arbitrary<ClickContext> = fc.record({
  interestCosine: cosines,
  queryCosine: cosines,
  categoryAffinity: shares,
  popularity: shares,
  qualityScore: shares,
  position: fc.nat({ max: 50 }),
  surface: fc.constantFrom("homeFeed", "search", "related"),
  device: fc.constantFrom("desktop", "phone", "tablet"),
  hour: fc.integer({ min: 0, max: 23 }).map(hourOfDay),
  meal: fc.boolean(),
  impressionsSeen: fc.nat({ max: 100 }).map(impressionCount),
  userImpressions: fc.nat({ max: 2_000 }).map(impressionCount),
  userClicks: fc.nat({ max: 50 }).map(clickCount),
});

test("the margin is the sum of the named terms, and the probability its logistic", () => {
  fc.assert(
    fc.property(contexts, (context) => {
      const { margin, probability: clicks, terms } = clickTruth(context);
      expect(Object.values(terms).reduce((sum, term) => sum + term, 0)).toBe(margin);
      expect(Math.log(clicks / (1 - clicks))).toBeCloseTo(margin, 6);
    }),
  );
});

test.each([
  [
    "interest",
    (context: ClickContext) => ({ ...context, interestCosine: Math.min(1, context.interestCosine + 0.2) }),
    1,
  ],
  [
    "affinity",
    (context: ClickContext) => ({ ...context, categoryAffinity: Math.min(1, context.categoryAffinity + 0.2) }),
    1,
  ],
  ["popularity", (context: ClickContext) => ({ ...context, popularity: Math.min(1, context.popularity + 0.2) }), 1],
  ["quality", (context: ClickContext) => ({ ...context, qualityScore: Math.min(1, context.qualityScore + 0.2) }), 1],
  ["a lower place", (context: ClickContext) => ({ ...context, position: context.position + 3 }), -1],
  [
    "seeing it again",
    (context: ClickContext) => ({ ...context, impressionsSeen: impressionCount(context.impressionsSeen + 3) }),
    -1,
  ],
] as const)("%s moves the click rate in one direction only, whatever else holds", (_, change, direction) => {
  fc.assert(
    fc.property(contexts, (context) => {
      const difference = clickTruth(change(context)).margin - clickTruth(context).margin;
      expect(difference * direction).toBeGreaterThanOrEqual(-1e-12);
    }),
  );
});

test("a query matters in search only, food gains at mealtimes only, and small screens punish depth more", () => {
  const context: ClickContext = {
    interestCosine: 0.3,
    queryCosine: 0.8,
    categoryAffinity: 0,
    popularity: 0.5,
    qualityScore: 0.7,
    position: 5,
    surface: "homeFeed",
    device: "phone",
    hour: hourOfDay(12),
    meal: true,
    impressionsSeen: impressionCount(0),
    userImpressions: impressionCount(0),
    userClicks: clickCount(0),
  };
  const termsOf = (change: Partial<ClickContext>) => clickTruth({ ...context, ...change }).terms;
  expect(termsOf({}).query).toBe(0);
  expect(termsOf({ surface: "search" }).query).toBeCloseTo(1.44);
  expect([termsOf({}).hour, termsOf({ meal: false }).hour, termsOf({ hour: hourOfDay(3) }).hour]).toEqual([
    0.4, 0, -0.3,
  ]);
  expect(termsOf({ device: "desktop" })["position × device"]).toBe(0);
  expect(termsOf({})["position × device"]).toBeLessThan(0);
});

test("over generated users and ads the mean click rate is that of an ad server, and interests separate ads", () => {
  const catalogue = loadCatalogue();
  const { documents, embeddings } = generateMarketplace(catalogue, { seed: 6, adsMax: 2_000 });
  const users = generateUsers(catalogue, { seed: 6, count: 200 });
  const byId = new Map(users.map((user) => [user.userId, user]));
  const context = clickContexts(catalogue);
  const rates = generateRequests(catalogue, users, { seed: 6, count: 200 }).flatMap((request) => {
    const contextOf = context(request, request.userId === undefined ? null : (byId.get(request.userId) ?? null));
    return documents.slice(0, 500).map((document, row) => {
      const embedding = embeddings.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
      return clickTruth(contextOf({ document, embedding, position: row % 20, impressionsSeen: impressionCount(0) }))
        .probability as number;
    });
  });
  rates.sort((left, right) => left - right);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  expect(mean).toBeGreaterThan(0.003);
  expect(mean).toBeLessThan(0.03);
  expect(rates[Math.floor(rates.length * 0.99)]).toBeGreaterThan(5 * (rates[Math.floor(rates.length * 0.5)] ?? 0));
});

test("the context of an ad: query and interests as cosines, affinity of the ad's own category", () => {
  const catalogue = loadCatalogue();
  const { documents, embeddings } = generateMarketplace(catalogue, { seed: 6, adsMax: 50 });
  const [user] = generateUsers(catalogue, { seed: 6, count: 1 });
  const [request] = generateRequests(catalogue, user === undefined ? [] : [user], { seed: 6, count: 1 });
  const [document] = documents;
  if (user === undefined || request === undefined || document === undefined) throw new Error("nothing was generated");
  const fan = { ...user, interests: [{ interest: document.category, affinity: 0.8 }] };
  const search = { ...request, surface: "search" as const, query: document.keywords.join(" ") };
  const shown = {
    document,
    embedding: embeddings.subarray(0, EMBEDDING_DIMENSIONS),
    position: 2,
    impressionsSeen: impressionCount(1),
  };

  const known = clickContexts(catalogue)(search, fan)(shown);
  expect(known.categoryAffinity).toBe(0.8);
  expect(known.queryCosine).toBeGreaterThan(0.3);
  expect(known.interestCosine).toBeGreaterThan(0.3);
  expect(known.userImpressions).toBe(user.adImpressions30Days);

  const stranger = clickContexts(catalogue)({ ...request, surface: "homeFeed", query: undefined }, null)(shown);
  expect([stranger.categoryAffinity, stranger.queryCosine, stranger.interestCosine, stranger.userClicks]).toEqual([
    0, 0, 0, 0,
  ]);
});

const trial = (request: number, ad: number, rate: number) => ({
  requestId: requestId(`r${request}`),
  adId: adId(ad + 1),
  probability: probability(rate),
});

test("clicks come at the stated rate", () => {
  const trials = Array.from({ length: 20_000 }, (_, row) => trial(row, row % 7, 0.03));
  const clicks = simulateClicks(trials, { seed: 8 }).filter(Boolean).length;
  // 600 expected, deviation 24.
  expect(Math.abs(clicks - 600)).toBeLessThan(4 * 24);
});

test("two ads of one request, and one ad in two requests, are drawn independently", () => {
  const pairs = 8_000;
  const bothClicked = (second: (row: number) => ReturnType<typeof trial>) => {
    const first = simulateClicks(
      Array.from({ length: pairs }, (_, row) => trial(row, 0, 0.5)),
      { seed: 9 },
    );
    const others = simulateClicks(
      Array.from({ length: pairs }, (_, row) => second(row)),
      { seed: 9 },
    );
    return first.filter((clicked, row) => clicked && others[row]).length / pairs;
  };
  // A quarter when independent, a half when the same draw is used twice.
  expect(bothClicked((row) => trial(row, 1, 0.5))).toBeCloseTo(0.25, 1);
  expect(bothClicked((row) => trial(row + pairs, 0, 0.5))).toBeCloseTo(0.25, 1);
});

test("an impression's click depends on neither the order nor the other impressions, and a higher rate never loses it", () => {
  const trials = fc.array(fc.record({ request: fc.nat(50), ad: fc.nat(50), rate: shares }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.integer(), trials, (seed, drawn) => {
      const all = drawn.map(({ request, ad, rate }) => trial(request, ad, rate));
      const clicks = simulateClicks(all, { seed });
      expect(simulateClicks(all.toReversed(), { seed })).toEqual(clicks.toReversed());
      const raised = simulateClicks(
        all.map((one) => ({ ...one, probability: probability(Math.min(1, one.probability + 0.3)) })),
        { seed },
      );
      expect(clicks.some((clicked, row) => clicked && !raised[row])).toBe(false);
    }),
  );
});
