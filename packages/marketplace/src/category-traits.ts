/**
 * What the generators assume about categories beyond the catalogue. All of it is made up, and only its order matters: insurers
 * bid more than cafes, casinos are restricted, people look for food at mealtimes.
 */

import type { Catalogue } from "./catalogue.ts";
import { EMBEDDING_DIMENSIONS } from "./catalogue-tables.ts";
import { cosine } from "./embed-text.ts";

/** Median offer for a click in US dollars; the first matching row counts. */
const clickPrices: readonly (readonly [pattern: RegExp, dollars: number])[] = [
  [/insurance|financ|mortgage|lawyer|estate_agent|money_|bank$/, 1.6],
  [
    /\/car(_|$)|motorcycle|telecom|electronics|computer|hotel|travel|energy|mobile_phone|healthcare|dentist|clinic|hospital/,
    0.9,
  ],
  [/\/(cafe|fast_food|restaurant|ice_cream|bakery|pub|bar|deli|coffee|tea)$/, 0.3],
  [/^brands\/(shop|leisure|office)/, 0.45],
  [/^transit|^operators/, 0.15],
];
const OTHER_CLICK_PRICE_DOLLARS = 0.4;

/** Ads that policy restricts to adults who are known to be old enough, whatever their advertiser wants; last parts of paths. */
const RESTRICTED: ReadonlySet<string> = new Set([
  "adult_gaming_centre",
  "alcohol",
  "bookmaker",
  "cannabis",
  "casino",
  "e-cigarette",
  "erotic",
  "gambling",
  "lottery",
  "pawnbroker",
  "tobacco",
  "wine",
]);

/** Categories whose click rate peaks at mealtimes; last parts of paths. */
const MEALS: ReadonlySet<string> = new Set([
  "bakery",
  "cafe",
  "deli",
  "fast_food",
  "ice_cream",
  "pub",
  "restaurant",
  "supermarket",
]);

export function clickPriceDollars(categoryPath: string): number {
  return clickPrices.find(([pattern]) => pattern.test(categoryPath))?.[1] ?? OTHER_CLICK_PRICE_DOLLARS;
}

export function isRestrictedCategory(categoryPath: string): boolean {
  return RESTRICTED.has(lastPart(categoryPath));
}

export function isMealCategory(categoryPath: string): boolean {
  return MEALS.has(lastPart(categoryPath));
}

function lastPart(categoryPath: string): string {
  return categoryPath.slice(categoryPath.lastIndexOf("/") + 1);
}

/** Row of each category by its path. */
export function categoryRows({ categories }: Catalogue): ReadonlyMap<string, number> {
  return new Map(categories.map(({ path }, row) => [path, row]));
}

/** For each category the rows of its `count` nearest others by cosine, nearest first. */
export function nearestCategories(catalogue: Catalogue, count: number): readonly (readonly number[])[] {
  const nearestOf = nearestCategoriesOf(catalogue, count);
  return catalogue.categories.map((_, row) => nearestOf(row));
}

/** The same of one category, computed when it is first asked for: at most one list per category is kept. */
export function nearestCategoriesOf(
  { categories, categoryVectors }: Catalogue,
  count: number,
): (row: number) => readonly number[] {
  const vectorOf = (row: number) =>
    categoryVectors.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
  const vectors = categories.map((_, row) => vectorOf(row));
  const known = new Map<number, readonly number[]>();
  const nearestTo = (vector: Float32Array, row: number) =>
    vectors
      .map((other, otherRow) => ({ otherRow, score: cosine(vector, other) }))
      .filter(({ otherRow }) => otherRow !== row)
      .sort((left, right) => right.score - left.score || left.otherRow - right.otherRow)
      .slice(0, count)
      .map(({ otherRow }) => otherRow);
  return (row) => {
    const vector = vectors[row];
    if (vector === undefined) return [];
    const nearest = known.get(row) ?? nearestTo(vector, row);
    known.set(row, nearest);
    return nearest;
  };
}
