import { CandidateBatch, F32Column, IdColumn } from "@tenon/graph-core";
import { runNode, toGolden } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { SOURCE_BITS } from "../ad-columns.ts";
import { mergeCandidates } from "./merge-candidates.ts";

runAdGoldens(mergeCandidates, import.meta.dirname);

interface Found {
  readonly id: number;
  readonly score: number;
}

const batchOf = (found: readonly Found[]) =>
  CandidateBatch.of(IdColumn.from(found.map(({ id }) => id)), {
    score: F32Column.from(found.map(({ score }) => score)),
  });

/** Few ids, so that sources overlap; each source as found, and the same rows in another order. */
const source = fc
  .uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 12 }), score: fc.float({ noNaN: true, noDefaultInfinity: true }) }),
    {
      selector: ({ id }) => id,
    },
  )
  .chain((found) =>
    fc.record({ found: fc.constant(found), shuffled: fc.shuffledSubarray(found, { minLength: found.length }) }),
  );
const sources = fc.record({ vector: source, keyword: fc.option(source, { nil: undefined }), exploration: source });

type Sources = { readonly [Name in "vector" | "keyword" | "exploration"]: readonly Found[] | undefined };

function merge({ vector, keyword, exploration }: Sources) {
  return runNode(mergeCandidates, {
    vectorCandidates: vector && batchOf(vector),
    keywordCandidates: keyword && batchOf(keyword),
    explorationCandidates: exploration && batchOf(exploration),
  });
}

test("the order in which a source lists its ads changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(sources, async ({ vector, keyword, exploration }) => {
      const listed = await merge({ vector: vector.found, keyword: keyword?.found, exploration: exploration.found });
      const shuffled = await merge({
        vector: vector.shuffled,
        keyword: keyword?.shuffled,
        exploration: exploration.shuffled,
      });
      expect(toGolden(shuffled)).toEqual(toGolden(listed));
    }),
  );
});

test("every found ad is there once, by ascending id, with exactly the sources that found it and their scores", async () => {
  await fc.assert(
    fc.asyncProperty(sources, async ({ vector, keyword, exploration }) => {
      const found = { vector: vector.found, keyword: keyword?.found ?? [], exploration: exploration.found };
      const { mergedCandidates: merged } = await merge(found);
      const ids = [...new Set(Object.values(found).flatMap((each) => each.map(({ id }) => id)))].sort(
        (left, right) => left - right,
      );
      expect(Array.from({ length: merged.size }, (_, row) => merged.ids.at(row))).toEqual(ids);
      for (const [row, id] of ids.entries()) {
        const scoreIn = (each: readonly Found[]) => each.find((ad) => ad.id === id)?.score;
        const bits = (["vector", "keyword", "exploration"] as const).reduce(
          (sum, name) => sum + (scoreIn(found[name]) === undefined ? 0 : SOURCE_BITS[name]),
          0,
        );
        expect(merged.column("sources").at(row)).toBe(bits);
        expect(merged.column("vectorScore").at(row)).toBe(scoreIn(found.vector) ?? 0);
        expect(merged.column("keywordScore").at(row)).toBe(scoreIn(found.keyword) ?? 0);
      }
    }),
  );
});
