import fc from "fast-check";
import { expect, test } from "vitest";
import { setBit, wordsFor } from "../bits/bitset.ts";
import { Oracle, SAMPLE_WORDS, type SampleAd, type Scored, sampleMarketplaces } from "../conformance/index.ts";
import { TopCandidates } from "../vectors/top-candidates.ts";
import { buildKeywordIndex } from "./keyword-builder.ts";
import { KeywordIndex } from "./keyword-index.ts";
import type { SearchableTexts } from "./keyword-scoring.ts";
import { type KeywordSegment, type Method, type SearchWords, scoreKeywords } from "./keyword-search.ts";
import { ScoreBoard } from "./row-sums.ts";

interface SegmentRow {
  readonly id: number;
  readonly texts: SearchableTexts | undefined;
  readonly live: boolean;
  readonly eligible: boolean;
}

const board = new ScoreBoard();

function segmentOf(
  rows: readonly SegmentRow[],
  keywords = buildKeywordIndex(rows.map(({ texts }) => texts)),
): KeywordSegment {
  const [live, eligible] = [new Int32Array(wordsFor(rows.length)), new Int32Array(wordsFor(rows.length))];
  for (const [row, { live: lives, eligible: serves }] of rows.entries()) {
    if (lives) setBit(live, row);
    if (lives && serves) setBit(eligible, row);
  }
  const alive = rows.flatMap(({ live: lives }, row) => (lives ? [row] : []));
  const liveWords = alive.reduce((sum, row) => sum + (keywords.lengths[row] ?? 0), 0);
  const ids = Float64Array.from(rows, ({ id }) => id);
  return { view: { live, liveCount: alive.length, liveWords, segment: { keywords, ids } }, eligible };
}

function search(
  words: SearchWords,
  segments: readonly KeywordSegment[],
  limit: number,
  method: Method,
  stop?: () => boolean,
): { readonly found: readonly Scored[]; readonly postingsRead: number; readonly stopped: boolean } {
  const top = new TopCandidates(limit);
  const scan = scoreKeywords(words, segments, { limit, board, top, stop, method });
  const { ids, scores } = top.take();
  const found = Array.from({ length: ids.length }, (_, rank) => ({ id: ids.at(rank), score: scores.at(rank) }));
  expect(board.sums.every((sum) => sum === 0)).toBe(true);
  return { found, ...scan };
}

const wordLists = fc.uniqueArray(fc.constantFrom(...SAMPLE_WORDS, "rare", "unknown"), { maxLength: 5 });
const someWords = fc.uniqueArray(fc.constantFrom(...SAMPLE_WORDS, "rare", "unknown"), { maxLength: 2 });
const queries: fc.Arbitrary<SearchWords> = fc
  .tuple(wordLists, fc.oneof(fc.constant([]), someWords), fc.oneof(fc.constant([]), someWords))
  .map(([words, must, mustNot]) => ({ scored: [...new Set([...words, ...must])].sort(), must, mustNot }));

test("either way finds what the oracle finds, over two segments with empty and dead rows", () => {
  const rowOf = ({ document }: SampleAd): SegmentRow => ({
    id: document.adId,
    texts: document,
    live: true,
    eligible: true,
  });
  const empty: SegmentRow = { id: -1, texts: undefined, live: false, eligible: false };
  fc.assert(
    fc.property(
      sampleMarketplaces(60),
      fc.nat(60),
      queries,
      fc.integer({ min: 0, max: 70 }),
      (ads, cut, words, limit) => {
        const open = ads.map(({ document, vector }) => ({ document: { ...document, ...PLAIN }, vector }));
        const dead = open.slice(0, 5).map((ad) => ({ ...rowOf(ad), live: false }));
        const segments = [
          segmentOf([empty, ...open.slice(0, cut).map(rowOf), empty]),
          segmentOf([...dead, ...open.slice(cut).map(rowOf).toReversed()]),
        ];
        const oracle = new Oracle(open).matchingWords(
          { targeting: {}, atMs: 1 },
          { words: words.scored, must: words.must, mustNot: words.mustNot },
        );
        for (const method of ["allPostings", "bestFirst"] as const)
          expect(search(words, segments, limit, method).found).toEqual(oracle.slice(0, limit));
      },
    ),
    { numRuns: 200 },
  );
});

/** Rows enough for several blocks per word; few distinct texts, so that equal scores are the rule. */
const manyRows = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 900 }), fc.constantFrom(0.05, 0.5, 1))
  .map(([seed, count, share]): SegmentRow[] => {
    let state = seed;
    const below = (bound: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      return (state >>> 8) % bound;
    };
    const word = () => (below(200) === 0 ? "rare" : (SAMPLE_WORDS[Math.min(below(10), below(10))] as string));
    const words = (most: number) => Array.from({ length: below(most + 1) }, word).join(" ");
    return Array.from({ length: count }, (_, row) => ({
      id: ((row * 7_919) % 1_009) + 1,
      texts: {
        title: words(1),
        body: words(below(4) === 0 ? 12 : 2),
        brand: "",
        category: "",
        keywords: words(1).split(" "),
      },
      live: below(10) > 0,
      eligible: below(100) < 100 * share,
    }));
  });

test("leaving postings out changes no id and no bit of a score", () => {
  let saved = 0;
  fc.assert(
    fc.property(manyRows, manyRows, queries, fc.constantFrom(1, 3, 20, 400), (base, delta, words, limit) => {
      const ids = new Set(base.map(({ id }) => id));
      const segments = [segmentOf(base), segmentOf(delta.filter(({ id }) => !ids.has(id)))];
      const all = search(words, segments, limit, "allPostings");
      const best = search(words, segments, limit, "bestFirst");
      expect(best.found).toEqual(all.found);
      if (best.postingsRead < all.postingsRead) saved++;
    }),
    { numRuns: 200 },
  );
  // Else the property says nothing about leaving out.
  expect(saved).toBeGreaterThan(20);
});

test("a search that is stopped gives true scores, and a search that is not stopped is whole", () => {
  fc.assert(
    fc.property(manyRows, queries, fc.nat(6), fc.constantFrom(1, 20), (rows, words, checks, limit) => {
      const segments = [segmentOf(rows)];
      const all = search(words, segments, 2_000, "allPostings").found;
      let left = checks;
      const cut = search(words, segments, limit, "bestFirst", () => left-- <= 0);
      const scores = new Map(all.map(({ id, score }) => [id, score]));
      for (const { id, score } of cut.found) expect(score).toBe(scores.get(id));
      if (!cut.stopped) expect(cut.found).toEqual(all.slice(0, limit));
    }),
    { numRuns: 200 },
  );
});

function plainRow(id: number, body: string): SegmentRow {
  return { id, texts: { title: "", body, brand: "", category: "", keywords: [] }, live: true, eligible: true };
}

function plainRows(count: number, firstId: number, body: string): readonly SegmentRow[] {
  return Array.from({ length: count }, (_, row) => plainRow(firstId - row, body));
}

test("among equal scores the lowest ids win, though their rows come last", () => {
  const segments = [segmentOf(plainRows(1_000, 1_000, "coffee cup"))];
  const words = { scored: ["coffee"], must: [], mustNot: [] };
  for (const method of ["allPostings", "bestFirst"] as const)
    expect(search(words, segments, 3, method).found.map(({ id }) => id)).toEqual([1, 2, 3]);
});

test("a word that can add less at most still finds ads that no other word finds", () => {
  const long = `coffee ${"cup ".repeat(60)}`;
  const segments = [
    segmentOf([plainRow(999, "coffee coffee"), ...plainRows(150, 500, long), ...plainRows(150, 150, "tea")]),
  ];
  const words = { scored: ["coffee", "tea"], must: [], mustNot: [] };
  const { found } = search(words, segments, 3, "bestFirst");
  expect(found.map(({ id }) => id)).toEqual([999, 1, 2]);
  expect(found).toEqual(search(words, segments, 3, "allPostings").found);
});

test("a search that runs out of time after its first word scores as many ads as were wanted, and reads little more", () => {
  const rows = Array.from({ length: 2_300 }, (_, row) =>
    plainRow(row + 1, row < 700 ? `roast coffee tea ${"cup ".repeat(row % 60)}` : "coffee tea"),
  );
  const words = { scored: ["coffee", "roast", "tea"], must: [], mustNot: [] };
  let checks = 0;
  // The first check is before the segment, the second before the second word.
  const cut = search(words, [segmentOf(rows)], 4, "bestFirst", () => ++checks > 1);
  const whole = search(words, [segmentOf(rows)], 4, "allPostings");
  expect(cut.stopped).toBe(true);
  expect(cut.found).toHaveLength(4);
  expect(new Set(cut.found.map(({ score }) => score))).toEqual(new Set(whole.found.map(({ score }) => score)));
  expect(cut.postingsRead).toBeLessThan(2_000);
});

test("words that are excluded in one search are found by the next", () => {
  const segments = [segmentOf([plainRow(1, "coffee"), plainRow(2, "coffee tea")])];
  const words = { scored: ["coffee"], must: [], mustNot: [] };
  expect(search({ ...words, mustNot: ["tea"] }, segments, 9, "cheapest").found).toHaveLength(1);
  expect(search(words, segments, 9, "cheapest").found).toHaveLength(2);
});

test("a rare word among common ones leaves most postings unread, and the index chooses so by itself", () => {
  const rows = Array.from({ length: 5_000 }, (_, row): SegmentRow => {
    return plainRow(row + 1, row % 500 === 0 ? "coffee tea roast" : "coffee tea cup");
  });
  const words = { scored: ["coffee", "roast", "tea"], must: [], mustNot: [] };
  const all = search(words, [segmentOf(rows)], 5, "allPostings");
  const chosen = search(words, [segmentOf(rows)], 5, "cheapest");
  expect(all.postingsRead).toBe(10_010);
  expect(chosen.found).toEqual(all.found);
  expect(chosen.postingsRead).toBeLessThan(200);
});

test("a loaded index answers as the stored one did, and storing it again gives the same bytes", () => {
  fc.assert(
    fc.property(manyRows, queries, (rows, words) => {
      const built = buildKeywordIndex(rows.map(({ texts }, row) => (row % 9 === 0 ? undefined : texts)));
      const sections = built.toSections();
      const loaded = KeywordIndex.fromSections(sections, rows.length);
      for (const method of ["allPostings", "bestFirst"] as const) {
        const [before, after] = [built, loaded].map((index) => search(words, [segmentOf(rows, index)], 9, method));
        expect(after).toEqual(before);
      }
      expect(loaded.toSections()).toEqual(sections);
    }),
    { numRuns: 50 },
  );
});

test("keywords count by their rank", () => {
  const keywords = ["first", "second", "third", "fourth", "fifth"];
  const segment = segmentOf([
    { id: 1, texts: { title: "", body: "", brand: "", category: "", keywords }, live: true, eligible: true },
  ]);
  const { postings } = segment.view.segment.keywords.forWords([]);
  expect([...postings.frequencies]).toEqual([3, 3, 3, 2, 2]);
});

const PLAIN = {
  status: "active",
  creativeReview: "approved",
  policyReview: "approved",
  schedule: { startAtMs: 0, endAtMs: null },
  targeting: { whenMissing: "weak", conjunctions: [[]] },
} as const;
