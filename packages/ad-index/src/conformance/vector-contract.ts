import { F32Column } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MakeIndex } from "./ad-index-contract.ts";
import { filters, SAMPLE_EMBEDDING, sampleMarketplaces, vectors } from "./arbitraries.ts";
import { Oracle, type Scored } from "./oracle.ts";
import { ADS_MAX, EVERYBODY, indexOf, PROPERTY, plainAd, scoredOf, searchVectors } from "./support.ts";

export function vectorContract(makeIndex: MakeIndex, recallMin: number): void {
  test("the best ads by inner product are found, for limits from none to more than there are", async () => {
    const recalls: number[] = [];
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), filters, vectors, async (ads, filter, query) => {
        const snapshot = (await indexOf(makeIndex, ads)).current();
        const truth = new Oracle(ads).nearest(filter, query);
        for (const limit of [0, 1, truth.length - 1, truth.length, truth.length + 1].filter((wanted) => wanted >= 0)) {
          const found = scoredOf(await searchVectors(snapshot, filter, query, limit));
          const wanted = truth.slice(0, limit);
          expect(found).toHaveLength(wanted.length);
          if (recallMin === 1) expect(found).toEqual(wanted);
          recalls.push(recallOf(found, wanted));
        }
      }),
      PROPERTY,
    );
    expect(recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length).toBeGreaterThanOrEqual(recallMin);
  });

  test("scores are inner products of the eligible ads, in order of score and then id", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        filters,
        vectors,
        fc.integer({ min: 1, max: ADS_MAX }),
        async (ads, filter, query, limit) => {
          const snapshot = (await indexOf(makeIndex, ads)).current();
          const scoreOf = new Map(new Oracle(ads).nearest(filter, query).map(({ id, score }) => [id, score]));
          const found = scoredOf(await searchVectors(snapshot, filter, query, limit));
          for (const { id, score } of found) expect(score).toBe(scoreOf.get(id));
          expect(found).toEqual(found.toSorted((left, right) => right.score - left.score || left.id - right.id));
        },
      ),
      PROPERTY,
    );
  });

  test("scores that are equal as float32 are a tie, also between ads of the base and later ones", async () => {
    const ads = Array.from({ length: 300 }, (_, place) => plainAd(place + 10, {}, [1, 0, 0, 0, 0]));
    const index = await indexOf(makeIndex, ads);
    // 1 - 2^-30 is no float32: it rounds to 1. Rounding comes before the order, so the lower id wins.
    index.apply({
      upserts: [
        { ...plainAd(1), vector: [1, -(2 ** -30), 0, 0, 0] },
        { ...plainAd(2), vector: [1, 0, 0, 0, 0] },
      ],
    });
    const best = scoredOf(await searchVectors(index.current(), EVERYBODY, [1, 1, 0, 0, 0], 3));
    expect(best).toEqual([
      { id: 1, score: 1 },
      { id: 2, score: 1 },
      { id: 10, score: 1 },
    ]);
  });

  test("vectors of any real numbers are scored to float32 accuracy", async () => {
    const components = fc.array(fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround), {
      minLength: 5,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(components, { maxLength: ADS_MAX }), components, async (given, query) => {
        const ads = given.map((vector, place) => plainAd(place + 1, {}, vector));
        const truth = new Oracle(ads).nearest(EVERYBODY, query);
        const found = scoredOf(await searchVectors((await indexOf(makeIndex, ads)).current(), EVERYBODY, query));
        const scoreOf = new Map(truth.map(({ id, score }) => [id, score]));
        expect(found).toHaveLength(truth.length);
        for (const { id, score } of found) expect(Math.abs(score - (scoreOf.get(id) ?? Number.NaN))).toBeLessThan(1e-6);
      }),
      PROPERTY,
    );
  });

  test("a stricter filter never adds an ad that was ranked worse", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        filters,
        vectors,
        fc.integer({ min: 1, max: 20 }),
        async (ads, filter, query, limit) => {
          // Paused ads leave the eligible set; all others keep their scores.
          const paused = ads.map((ad, place) =>
            place % 3 === 0 ? { ...ad, document: { ...ad.document, status: "paused" as const } } : ad,
          );
          const wide = scoredOf(await searchVectors((await indexOf(makeIndex, ads)).current(), filter, query, limit));
          const strict = scoredOf(
            await searchVectors((await indexOf(makeIndex, paused)).current(), filter, query, limit),
          );
          const worst = wide.at(-1);
          const gone = new Set(
            paused.filter(({ document }) => document.status === "paused").map(({ document }) => Number(document.adId)),
          );
          const kept = wide.filter(({ id }) => !gone.has(id));
          if (recallMin === 1) expect(strict.slice(0, kept.length)).toEqual(kept);
          if (worst !== undefined && wide.length === limit) {
            for (const { score } of strict.slice(kept.length)) expect(score).toBeLessThanOrEqual(worst.score);
          }
        },
      ),
      PROPERTY,
    );
  });

  test("the evidence accounts for every eligible ad: read, or without a vector in the query's space", async () => {
    const foreign = plainAd(3);
    const index = await indexOf(makeIndex, [plainAd(1), plainAd(2)]);
    index.apply({
      upserts: [
        { document: { ...foreign.document, embedding: { version: "another space", row: 0 } }, vector: foreign.vector },
      ],
    });
    const answer = await searchVectors(index.current(), EVERYBODY, [1, 0, 0, 0, 0]);
    expect(scoredOf(answer)).toEqual([
      { id: 2, score: 0.25 },
      { id: 1, score: 0.125 },
    ]);
    expect(answer.partial).toBe(false);
    expect(answer.decision).toMatchObject({ match: { eligible: 3 }, rowsUnsearchable: 1 });
    if (recallMin === 1) expect(answer.decision.rowsRead).toBe(2);
    expect(
      index.current().searchKeywords({ words: [foreign.document.title], filter: EVERYBODY, limit: 9 }).ids.length,
    ).toBeGreaterThan(0);
  });

  test("a search that runs out of time says so, and what it found is still sound", async () => {
    const ads = Array.from({ length: 300 }, (_, place) => plainAd(place + 1));
    let nowMs = 0;
    const snapshot = (await indexOf(makeIndex, ads, () => nowMs++)).current();
    const query = {
      vector: F32Column.from([1, 0, 0, 0, 0]),
      embeddingVersion: SAMPLE_EMBEDDING,
      filter: EVERYBODY,
      limit: 5,
    };
    const cut = await snapshot.searchVectors({ ...query, timeBudgetMs: 0 });
    expect(cut.partial).toBe(true);
    expect(cut.decision.rowsRead).toBeLessThan(300);
    for (const { id, score } of scoredOf(cut)) expect(score).toBe(id / 8);
    const whole = await snapshot.searchVectors({ ...query, timeBudgetMs: 1_000_000 });
    expect(whole.partial).toBe(false);
    expect(scoredOf(whole)).toHaveLength(5);
  });

  test("a query vector of another width, another space or with a component that is not finite is refused", async () => {
    const snapshot = (await indexOf(makeIndex, [plainAd(1)])).current();
    const query = {
      vector: F32Column.from([1, 0, 0, 0, 0]),
      embeddingVersion: SAMPLE_EMBEDDING,
      filter: EVERYBODY,
      limit: 5,
    };
    await expect(snapshot.searchVectors({ ...query, vector: F32Column.from([1, 0]) })).rejects.toThrow(
      "TENON1401 vector has 2 components",
    );
    await expect(
      snapshot.searchVectors({ ...query, vector: F32Column.from([1, 0, Number.NaN, 0, 0]) }),
    ).rejects.toThrow("TENON1401 vector is not finite at component 2");
    await expect(snapshot.searchVectors({ ...query, embeddingVersion: "other" })).rejects.toThrow(
      'TENON1402 query vector is of embedding "other"',
    );
    for (const limit of [-1, 0.5, 10_001])
      await expect(snapshot.searchVectors({ ...query, limit })).rejects.toThrow(`TENON1400 search limit ${limit}`);
  });
}

function recallOf(found: readonly Scored[], wanted: readonly Scored[]): number {
  const ids = new Set(found.map(({ id }) => id));
  return wanted.length === 0 ? 1 : wanted.filter(({ id }) => ids.has(id)).length / wanted.length;
}
