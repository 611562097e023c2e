import fc from "fast-check";
import { expect, test } from "vitest";
import { SEARCH_WORDS_MAX } from "../api.ts";
import type { MakeIndex } from "./ad-index-contract.ts";
import { filters, SAMPLE_WORDS, sampleMarketplaces } from "./arbitraries.ts";
import { Oracle } from "./oracle.ts";
import { ADS_MAX, EVERYBODY, idsOf, indexOf, PROPERTY, plainAd, scoredOf } from "./support.ts";

const queries = fc.array(fc.constantFrom(...SAMPLE_WORDS, "unknown", "Coffee  CUP", ""), { maxLength: 4 });

export function keywordContract(makeIndex: MakeIndex): void {
  test("the eligible ads that hold a word are found, scored by BM25, in order of score and then id", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        filters,
        queries,
        fc.integer({ min: 0, max: ADS_MAX }),
        async (ads, filter, words, limit) => {
          const snapshot = (await indexOf(makeIndex, ads)).current();
          expect(scoredOf(snapshot.searchKeywords({ words, filter, limit }))).toEqual(
            new Oracle(ads).matchingWords(filter, { words }).slice(0, limit),
          );
        },
      ),
      PROPERTY,
    );
  });

  test("ads without a demanded word and ads with an excluded one are not found; demanded words score", async () => {
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), queries, queries, queries, async (ads, words, must, mustNot) => {
        const snapshot = (await indexOf(makeIndex, ads)).current();
        const query = { words, must: must.slice(0, 2), mustNot: mustNot.slice(0, 1) };
        expect(scoredOf(snapshot.searchKeywords({ ...query, filter: EVERYBODY, limit: ADS_MAX }))).toEqual(
          new Oracle(ads).matchingWords(EVERYBODY, query),
        );
      }),
      PROPERTY,
    );
  });

  test("order, repeats, case and accents of the query's words change nothing", async () => {
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), queries, async (ads, words) => {
        const snapshot = (await indexOf(makeIndex, ads)).current();
        const plain = snapshot.searchKeywords({ words, filter: EVERYBODY, limit: 20 });
        const shuffled = [...words, ...words].reverse().map((word) => word.toUpperCase().replace("CAFE", "CAFÉ"));
        expect(snapshot.searchKeywords({ words: shuffled, filter: EVERYBODY, limit: 20 })).toEqual(plain);
      }),
      PROPERTY,
    );
  });

  test("a keyword of the advertiser counts more than a mention in the body", async () => {
    const mention = { keywords: [], title: "one two", brand: "b", body: "an espresso here", category: "c" };
    const keyword = { ...mention, keywords: ["espresso"], body: "an other here" };
    const index = await indexOf(makeIndex, [
      plainAd(1, mention),
      plainAd(2, keyword),
      plainAd(3, { ...mention, body: "none" }),
    ]);
    const { ids } = index.current().searchKeywords({ words: ["espresso"], filter: EVERYBODY, limit: 9 });
    expect(idsOf(ids)).toEqual([2, 1]);
  });

  test("more words than one query can hold are refused", async () => {
    const snapshot = (await indexOf(makeIndex, [plainAd(1)])).current();
    const words = Array.from({ length: SEARCH_WORDS_MAX + 1 }, (_, place) => `word${place}`);
    const [filter, limit] = [EVERYBODY, 1];
    const refused = "TENON1403 101 search words in one call";
    expect(() => snapshot.searchKeywords({ words, filter, limit })).toThrow(refused);
    expect(() => snapshot.searchKeywords({ words: [], must: words, filter, limit })).toThrow(refused);
    expect(() => snapshot.searchKeywords({ words: ["word"], mustNot: words.slice(1), filter, limit })).toThrow(refused);
  });
}
