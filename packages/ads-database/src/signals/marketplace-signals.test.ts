import { EMBEDDING_DIMENSIONS, generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { expect, test } from "vitest";
import type { ContentSignal } from "../api/content-signal.ts";
import { marketplaceRows } from "../load/marketplace-rows.ts";
import { marketplaceSignals } from "./marketplace-signals.ts";

const marketplace = generateMarketplace(loadCatalogue(), { seed: 1, adsMax: 300 });
const signals = [...marketplaceSignals(marketplace, { seed: 1 })];

function ofKind<Kind extends ContentSignal["kind"]>(kind: Kind) {
  return signals.filter((signal): signal is Extract<ContentSignal, { kind: Kind }> => signal.kind === kind);
}

test("what documents have and rows have not is in the signals: vector, popularity, quality", () => {
  const popularity = new Map(ofKind("brand").map((signal) => [signal.advertiserId, signal.popularity]));
  const review = new Map(ofKind("performance").map((signal) => [signal.adId, signal.reviewScore]));
  const vectors = new Map(ofKind("embedding").map((signal) => [signal.creativeId, signal]));
  marketplace.documents.forEach((document, row) => {
    expect(popularity.get(document.advertiserId)).toBe(document.popularity);
    expect(review.get(document.adId)).toBe(document.qualityScore);
    const { space, vector } = vectors.get(document.creativeId)!;
    expect(space).toBe(document.embedding.version);
    const start = row * EMBEDDING_DIMENSIONS;
    expect(Float32Array.from(vector)).toEqual(marketplace.embeddings.slice(start, start + EMBEDDING_DIMENSIONS));
  });
});

test("a picture is known exactly where the creative's row has one", () => {
  const rows = [...marketplaceRows(marketplace, { seed: 1, nowMs: 0 }).creatives];
  const expected = rows.filter(({ imageUrl }) => imageUrl !== null).map((row) => [row.creativeId, row.imageUrl]);
  expect(ofKind("image").map((signal) => [signal.creativeId, signal.imageUrl])).toEqual(expected);
  expect(expected.length).toBeLessThan(rows.length);
});

test("counts and shares are possible ones", () => {
  for (const signal of ofKind("performance")) {
    expect(signal.impressions30d).toBeGreaterThanOrEqual(signal.impressions7d);
    expect(signal.clicks30d).toBeGreaterThanOrEqual(signal.clicks7d);
    expect(signal.clicks7d).toBeLessThan(signal.impressions7d);
    for (const [name, value] of Object.entries(signal)) {
      if (typeof value === "number" && name !== "reviewScore") expect(Number.isSafeInteger(value), name).toBe(true);
    }
  }
  for (const { signature, textShare, dominantColor } of ofKind("image")) {
    expect(signature).toMatch(/^[0-9a-f]{16}$/);
    expect(dominantColor).toMatch(/^#[0-9a-f]{6}$/);
    expect(textShare).toBeLessThanOrEqual(1);
  }
});

test("the same seed gives the same signals, another one others", () => {
  expect([...marketplaceSignals(marketplace, { seed: 1 })]).toEqual(signals);
  expect([...marketplaceSignals(marketplace, { seed: 2 })]).not.toEqual(signals);
});
