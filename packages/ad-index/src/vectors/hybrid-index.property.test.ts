import fc from "fast-check";
import { expect, test } from "vitest";
import { setBit } from "../bits/bitset.ts";
import type { AnnAnswer, AnnMethod } from "./ann-index.ts";
import { HybridIndex } from "./hybrid-index.ts";
import { calibrate } from "./planner/calibrate.ts";
import type { Metric } from "./segment/segment-shape.ts";
import { VectorSegment } from "./segment/vector-segment.ts";
import { type PlainAd, type PlainHit, plainSearch } from "./testing/plain-search.ts";

const METRICS: readonly Metric[] = ["innerProduct", "cosine", "l2"];
const RUNS = { numRuns: 60 };

/** Few values, so that ties are the rule; or any reals, so that rounding matters. */
const components = fc.oneof(
  fc.constantFrom(-1, -0.5, 0.25, 0.5, 1),
  fc.double({ min: -100, max: 100, noNaN: true }).map(Math.fround),
);

interface Given {
  readonly ads: readonly PlainAd[];
  readonly query: readonly number[];
  readonly metric: Metric;
  readonly listCount: number | undefined;
  /** Per ad, whether each of two filters lets it pass. */
  readonly passes: readonly (readonly [boolean, boolean])[];
}

const given: fc.Arbitrary<Given> = fc
  .record({ dimensions: fc.constantFrom(1, 3, 4, 15, 16, 17, 33), count: fc.integer({ min: 0, max: 150 }) })
  .chain(({ dimensions, count }) => {
    const vector = fc.array(components, { minLength: dimensions, maxLength: dimensions });
    const usable = vector.map((drawn) => (drawn.every((component) => component === 0) ? drawn.map(() => 1) : drawn));
    return fc.record({
      ads: fc
        .array(fc.option(usable, { nil: undefined, freq: 8 }), { minLength: count, maxLength: count })
        .chain((vectors) =>
          fc
            .uniqueArray(fc.nat(100_000), { minLength: count, maxLength: count })
            .map((ids) => vectors.map((drawn, place) => ({ id: ids[place]!, vector: drawn }))),
        ),
      query: usable,
      metric: fc.constantFrom(...METRICS),
      listCount: fc.constantFrom(undefined, 1, 5, 40),
      passes: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: count, maxLength: count }),
    });
  });

function build({ ads, query, metric, listCount }: Given) {
  const present = new Int32Array(Math.ceil(ads.length / 32));
  const vectors = new Float32Array(ads.length * query.length);
  ads.forEach(({ vector }, place) => {
    if (vector === undefined) return;
    setBit(present, place);
    vectors.set(vector, place * query.length);
  });
  return VectorSegment.build({
    ids: ads.map(({ id }) => id),
    vectors,
    dimensions: query.length,
    metric,
    embeddingVersion: "test",
    present,
    listCount,
  });
}

/** Bitmaps of the two filters, ads without a vector included. */
function filtersOf({ ads, passes }: Given, segment: VectorSegment, rowOfInput: Int32Array): readonly Int32Array[] {
  return [0, 1].map((filter) => {
    const bitmap = segment.bitmaps.take();
    ads.forEach((_, place) => {
      if (passes[place]![filter]) setBit(bitmap, rowOfInput[place]!);
    });
    return bitmap;
  });
}

function hits({ ids, scores }: AnnAnswer): readonly PlainHit[] {
  return Array.from(ids, (id, place) => ({ id, score: scores[place]! }));
}

const methods: readonly (AnnMethod | undefined)[] = ["exact", "ivf", undefined];

test("exact search finds the same ads with the same scores as plain evaluation, for any k, metric, ties and filters", () => {
  fc.assert(
    fc.property(given, (drawn) => {
      const { segment, rowOfInput } = build(drawn);
      const index = new HybridIndex(segment);
      const filters = filtersOf(drawn, segment, rowOfInput);
      const allowed = new Set(drawn.ads.filter((_, place) => drawn.passes[place]!.every(Boolean)).map(({ id }) => id));
      const truth = plainSearch(drawn.ads, drawn.query, drawn.metric, (id) => allowed.has(id));
      for (const k of [0, 1, truth.length - 1, truth.length, truth.length + 1, 10].filter((wanted) => wanted >= 0)) {
        for (const method of methods) {
          // Without a calibration lists reach everything: the search over lists must be exact as well.
          const answer = index.search({ vector: drawn.query, embeddingVersion: "test", k, filters, method });
          expect(hits(answer)).toEqual(truth.slice(0, k));
          expect(Array.from(answer.rows, (row) => segment.ids[row])).toEqual([...answer.ids]);
        }
      }
      const all = plainSearch(drawn.ads, drawn.query, drawn.metric, () => true);
      expect(hits(index.search({ vector: drawn.query, embeddingVersion: "test", k: 7, filters: [] }))).toEqual(
        all.slice(0, 7),
      );
    }),
    RUNS,
  );
});

test("a calibrated search is sound and complete: only ads of the filter, min(k, matches) of them, scores exact", () => {
  fc.assert(
    fc.property(given, fc.constantFrom(1, 3, 10), (drawn, k) => {
      const { segment, rowOfInput } = build(drawn);
      const index = new HybridIndex(segment, {
        calibration: { bands: [], narrowest: { selectivityMin: 0, reach: 0, listShare: 0.1, rowShare: 0.1 } },
      });
      const filters = filtersOf(drawn, segment, rowOfInput);
      const allowed = new Set(drawn.ads.filter((_, place) => drawn.passes[place]!.every(Boolean)).map(({ id }) => id));
      const truth = plainSearch(drawn.ads, drawn.query, drawn.metric, (id) => allowed.has(id));
      const answer = index.search({ vector: drawn.query, embeddingVersion: "test", k, filters, method: "ivf" });
      expect(answer.ids).toHaveLength(Math.min(k, truth.length));
      for (const hit of hits(answer)) expect(truth).toContainEqual(hit);
      expect(hits(answer)).toEqual(
        hits(answer).toSorted((left, right) => right.score - left.score || left.id - right.id),
      );
    }),
    RUNS,
  );
});

test("a stricter filter never adds an ad that was ranked worse", () => {
  fc.assert(
    fc.property(given, fc.integer({ min: 1, max: 20 }), (drawn, k) => {
      const { segment, rowOfInput } = build(drawn);
      const index = new HybridIndex(segment);
      const filters = filtersOf(drawn, segment, rowOfInput);
      const query = { vector: drawn.query, embeddingVersion: "test", k };
      const wide = hits(index.search({ ...query, filters: filters.slice(0, 1) }));
      const strict = hits(index.search({ ...query, filters }));
      const passing = new Set(drawn.ads.filter((_, place) => drawn.passes[place]![1]).map(({ id }) => id));
      const kept = wide.filter(({ id }) => passing.has(id));
      expect(strict.slice(0, kept.length)).toEqual(kept);
      const worst = wide.at(-1);
      if (wide.length === k && worst !== undefined)
        for (const hit of strict.slice(kept.length)) expect(hit.score).toBeLessThanOrEqual(worst.score);
    }),
    RUNS,
  );
});

test("the order of the input cannot be seen: equal sets of ads make equal sections and calibrations", () => {
  fc.assert(
    fc.property(given, fc.nat(), (drawn, salt) => {
      const order = drawn.ads
        .map((_, place) => place)
        .toSorted((left, right) => (((left + 1) * (2 * salt + 1)) % 1_009) - (((right + 1) * (2 * salt + 1)) % 1_009));
      const one = build(drawn).segment;
      const other = build({ ...drawn, ads: order.map((place) => drawn.ads[place]!) }).segment;
      expect(other.toSections()).toEqual(one.toSections());
      expect(calibrate(other, { k: 1 })).toEqual(calibrate(one, { k: 1 }));
    }),
    RUNS,
  );
});
