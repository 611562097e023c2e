/**
 * Seeded ads with texts and queries for keyword search. Words follow Zipf's law; half of an ad's words belong to its topic. Rows are
 * in the order of topics, as in a segment whose rows follow vector lists, or in no order. A query asks for words of one ad's
 * title and keywords, so that common and rare words are mixed as in the texts.
 */
import { isDeepStrictEqual } from "node:util";
import { type Random, randomStream } from "@tenon/marketplace";
import { fullBitset, setBit, wordsFor } from "../src/bits/bitset.ts";
import { KeywordBuilder } from "../src/keywords/keyword-builder.ts";
import type { KeywordIndex } from "../src/keywords/keyword-index.ts";
import type { SearchableTexts } from "../src/keywords/keyword-scoring.ts";
import { type KeywordSegment, type Method, scoreKeywords } from "../src/keywords/keyword-search.ts";
import { ScoreBoard } from "../src/keywords/row-sums.ts";
import { TopCandidates } from "../src/vectors/top-candidates.ts";

const TOPICS = 300;
const VOCABULARY = 60_000;
const TOPIC_WORDS = 400;
/** Words per text. */
const TITLE = 5;
const BODY = 14;
const KEYWORDS = 6;

export interface KeywordWorkload {
  readonly keywords: KeywordIndex;
  readonly ids: Float64Array;
  readonly seed: number;
  /** Texts of ad `row`, as indexed. */
  readonly textsOf: (row: number) => SearchableTexts;
}

export function keywordWorkload(size: { ads: number; seed: number; order: "topics" | "none" }): KeywordWorkload {
  const { ads, seed, order } = size;
  const common = zipf(VOCABULARY);
  const special = zipf(TOPIC_WORDS);
  const textsOf = (row: number): SearchableTexts => {
    const random = randomStream(seed, "ad", row);
    const topic = order === "topics" ? Math.floor((row * TOPICS) / ads) : random.below(TOPICS);
    const ofTopic = () => `w${wordOfTopic(topic, random.index(special))}`;
    const words = (count: number) =>
      Array.from({ length: count }, () => (random.chance(0.5) ? ofTopic() : `w${random.index(common)}`)).join(" ");
    return {
      title: words(TITLE),
      body: words(BODY),
      brand: `brand${random.below(ads >>> 3)}`,
      category: `brands/topic${topic}`,
      keywords: Array.from({ length: KEYWORDS }, ofTopic),
    };
  };
  const builder = new KeywordBuilder();
  for (let row = 0; row < ads; row++) builder.add(textsOf(row));
  return { keywords: builder.build(), ids: Float64Array.from({ length: ads }, (_, row) => row + 1), seed, textsOf };
}

/** Topics share words: each draws its own from the whole vocabulary. */
function wordOfTopic(topic: number, rank: number): number {
  return (Math.imul(topic + 1, 7_919) + rank * 151) % VOCABULARY;
}

/** Running sums of 1 / rank. */
function zipf(count: number): Float64Array {
  let sum = 0;
  return Float64Array.from({ length: count }, (_, rank) => (sum += 1 / (rank + 1)));
}

export interface KeywordCase {
  /** Words per query. */
  readonly words: number;
  /** Ads wanted. */
  readonly limit: number;
  /** Share of ads that are eligible, in no order. */
  readonly eligible: number;
}

export interface KeywordMeasurement extends KeywordCase {
  /** Queries per second of CPU time of one core, reading all postings. */
  readonly allPostingsPerSecond: number;
  /** The same with postings left out. */
  readonly bestFirstPerSecond: number;
  /** The same with the way chosen by the index. */
  readonly cheapestPerSecond: number;
  /** Postings of a query on average, and the share of them that the best-first way reads. */
  readonly postingsMean: number;
  readonly shareRead: number;
  /** Queries whose answers differ. */
  readonly mismatches: number;
}

const METHODS = ["allPostings", "bestFirst", "cheapest"] as const satisfies readonly Method[];
/** Queries answered one way before the next way has its turn: short enough that other work meets all ways alike. */
const QUERIES_PER_TURN = 20;

export function measureKeywords(
  workload: KeywordWorkload,
  { words, limit, eligible }: KeywordCase,
  { queries: count, rounds }: { queries: number; rounds: number },
): KeywordMeasurement {
  const queries = Array.from({ length: count }, (_, place) => queryOf(workload, words, place));
  const segment = segmentOf(workload, eligible);
  const board = new ScoreBoard();
  const search = (query: readonly string[], method: Method) => {
    const top = new TopCandidates(limit);
    const scan = scoreKeywords({ scored: query, must: [], mustNot: [] }, [segment], {
      limit,
      board,
      top,
      stop: undefined,
      method,
    });
    return { postingsRead: scan.postingsRead, ...top.take() };
  };
  let [postings, read, mismatches] = [0, 0, 0];
  for (const query of queries) {
    const [all, best] = [search(query, "allPostings"), search(query, "bestFirst")];
    postings += all.postingsRead;
    read += best.postingsRead;
    if (!isDeepStrictEqual([all.ids, all.scores], [best.ids, best.scores])) mismatches++;
  }
  const spentMs = { allPostings: 0, bestFirst: 0, cheapest: 0 };
  for (let round = 0; round < rounds; round++) {
    for (let from = 0; from < count; from += QUERIES_PER_TURN) {
      const turn = queries.slice(from, from + QUERIES_PER_TURN);
      for (const method of METHODS) {
        const start = cpuMs();
        for (const query of turn) search(query, method);
        spentMs[method] += cpuMs() - start;
      }
    }
  }
  const perSecond = (method: (typeof METHODS)[number]) => (1_000 * rounds * count) / spentMs[method];
  return {
    words,
    limit,
    eligible,
    allPostingsPerSecond: perSecond("allPostings"),
    bestFirstPerSecond: perSecond("bestFirst"),
    cheapestPerSecond: perSecond("cheapest"),
    postingsMean: postings / count,
    shareRead: read / postings,
    mismatches,
  };
}

function queryOf({ textsOf, ids, seed }: KeywordWorkload, words: number, place: number): readonly string[] {
  const random = randomStream(seed, "query", place);
  const { title, keywords } = textsOf(random.below(ids.length));
  const pool = [...new Set([...title.split(" "), ...keywords])];
  return shuffled(pool, random).slice(0, words).sort();
}

function shuffled(values: readonly string[], random: Random): string[] {
  const order = values.map((value) => ({ value, at: random.unit() }));
  return order.toSorted((left, right) => left.at - right.at).map(({ value }) => value);
}

function segmentOf({ keywords, ids, seed }: KeywordWorkload, share: number): KeywordSegment {
  const eligible = new Int32Array(wordsFor(ids.length));
  const random = randomStream(seed, "eligible");
  for (let row = 0; row < ids.length; row++) if (share === 1 || random.chance(share)) setBit(eligible, row);
  return {
    view: {
      live: fullBitset(ids.length),
      liveCount: ids.length,
      liveWords: keywords.lengths.reduce((sum, length) => sum + length, 0),
      segment: { keywords, ids },
    },
    eligible,
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
