import fc from "fast-check";
import { expect, test } from "vitest";
import { plainAd } from "../../conformance/support.ts";
import { newCodebooks } from "../../forward/forward-values.ts";
import { randomOf } from "../../vectors/segment/k-means.ts";
import { TopCandidates } from "../../vectors/top-candidates.ts";
import type { IndexedAd } from "../segment.ts";
import type { SegmentView } from "../segment-view.ts";
import { Delta, liveAds } from "./delta.ts";
import { DeltaVectors } from "./delta-vectors.ts";

const ROWS_MAX = 32;
const ADS = 60;

function adOf(id: number, version: number): IndexedAd {
  return { document: plainAd(id, { version }).document, vector: Float32Array.of(id, version, 0, 0, 0) };
}

function newDelta(): Delta {
  return new Delta({ dimensions: 5, codebooks: newCodebooks(), rowsMax: ROWS_MAX });
}

/** Takes the ads out of where they are, as an index does before it adds them. */
function takeOut(delta: Delta, ids: readonly number[]): void {
  delta.views = delta.views.map((view) => {
    const rows = ids.map((id) => view.liveRowOf(id)).filter((row) => row >= 0);
    return rows.length === 0 ? view : view.without(rows);
  });
}

const liveOf = (views: readonly SegmentView[]) =>
  views.flatMap((view) => liveAds(view, 0, view.segment.size)).map(({ document }) => [document.adId, document.version]);

test("however often ads change, rows stay below twice the live ads and three segments (D3), and none is lost or doubled", () => {
  const batches = fc.array(
    fc.record({ ids: fc.uniqueArray(fc.integer({ min: 1, max: ADS }), { maxLength: 12 }), gone: fc.boolean() }),
    { minLength: 40, maxLength: 200 },
  );
  let moved = 0;
  fc.assert(
    fc.property(batches, (steps) => {
      const delta = newDelta();
      const wanted = new Map<number, number>();
      for (const [version, { ids, gone }] of steps.entries()) {
        takeOut(delta, ids);
        const rowsBefore = delta.rowCount;
        for (const id of ids) {
          if (gone) wanted.delete(id);
          else wanted.set(id, version + 1);
        }
        delta.add(gone ? [] : ids.map((id) => adOf(id, version + 1)), ids.length, new Map());
        if (delta.rowCount < rowsBefore) moved++;
        expect(delta.rowCount).toBeLessThanOrEqual(2 * wanted.size + 3 * ROWS_MAX);
        expect(new Map(liveOf(delta.views) as [number, number][])).toEqual(wanted);
        expect(delta.views.reduce((sum, { liveCount }) => sum + liveCount, 0)).toBe(wanted.size);
      }
    }),
    { numRuns: 60 },
  );
  expect(moved).toBeGreaterThan(50);
});

test("a reader of the first rows sees its own documents and rows, whatever is added and replaced later", () => {
  const delta = newDelta();
  delta.add(
    [1, 2, 3].map((id) => adOf(id, 1)),
    3,
    new Map(),
  );
  const [before] = delta.views as [SegmentView];
  const match = () => {
    const rows = new Int32Array(1);
    before.segment.targeting.match({}, rows);
    return (rows[0] as number) & (before.live[0] as number);
  };
  expect(match()).toBe(0b111);
  for (let version = 2; version < 9; version++) {
    takeOut(delta, [1, 2]);
    delta.add(
      [1, 2].map((id) => adOf(id, version)),
      2,
      new Map(),
    );
  }
  expect(liveOf([before])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  expect([before.liveRowOf(1), before.liveRowOf(2), match()]).toEqual([0, 1, 0b111]);
  const words = before.segment.keywords.forWords(["cup"]);
  expect(words.holdersOf(words.numberOf("cup"))).toBeLessThanOrEqual(3);
});

test("bytes rule out no row of the answer: it is that of looking at every float, with a threshold from elsewhere too", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 513, max: 900 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      fc.double({ min: 0.1, max: 40, noNaN: true }),
      (seed, count, limit, seeded, growth) => {
        const next = randomOf(seed + 1);
        const ids = Float64Array.from({ length: count }, (_, row) => ((row * 7) % count) + 1);
        const vectors = new DeltaVectors(6, 1_024, () => ids);
        // Much alike, so that bytes tell few apart. Later rows are longer: the range of the bytes has to widen.
        const rows = Array.from({ length: count }, (_, row) =>
          Float32Array.from(
            { length: 6 },
            () => (0.5 + 0.005 * (2 * next() - 1)) * (row > 600 && row % 50 === 0 ? growth : 1),
          ),
        );
        for (const [row, vector] of rows.entries()) vectors.add(row, row % 11 === 0 ? undefined : vector);
        const query = Float32Array.from({ length: 6 }, () => 2 * next() - 1);
        const eligible = Int32Array.from(vectors.present, (word, place) => word & (place % 5 === 4 ? 0x0f0f0f0f : -1));
        const found = (limitOfSearch: number, few: boolean) => {
          const top = new TopCandidates(limit);
          if (seeded) for (let n = 0; n < limit; n++) top.offer(Math.fround(0.01), 10_000 + n);
          top.tighten();
          const searchable = few ? 0 : count;
          vectors.search(
            { vector: query, limit: limitOfSearch, eligible, searchable, time: undefined, shadow: false },
            top,
          );
          const { ids: best, scores } = top.take();
          return Array.from({ length: best.length }, (_, rank) => [best.at(rank), scores.at(rank)]);
        };
        // With few searchable rows every float is looked at.
        expect(found(limit, false)).toEqual(found(limit, true));
      },
    ),
    { numRuns: 60 },
  );
});
