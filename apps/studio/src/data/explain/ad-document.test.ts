import { expect, test } from "vitest";
import type { GraphDocument } from "../graph-document.ts";
import type { RunDocument, Stage } from "../run-document.ts";
import { adDocument } from "./ad-document.ts";
import { fatesOf } from "./fates.ts";
import { duration, money, share } from "./money.ts";

const drop = (ad: number, reason: string, threshold: number | string | null, value: number | string | null) => ({
  ad,
  reason,
  threshold,
  value,
});
const stage = (node: string, entered: number[], drops: Stage["drops"]): Stage => ({
  node,
  owner: "ads-auction",
  entered,
  drops,
});

const run = {
  requestId: "r1",
  ads: [10, 11, 12, 13, 14],
  stages: [
    stage("cap", [0, 1, 2, 3, 4], [drop(4, "frequency_capped", 3, 3)]),
    stage("dedupe", [0, 1, 2, 3], [drop(1, "deduped", "advertiser: ad 10", 4_000_000)]),
    stage("pick", [0, 2, 3], [drop(2, "lost_auction", 5_000_000, 2_500_000)]),
  ],
  scores: {
    "10": { clickProbability: 0.1, ecpmMicros: 9_000_000 },
    "13": { clickProbability: 0.1, ecpmMicros: 5_000_000 },
  },
  brands: { "12": "Acme" },
  shown: [
    { adId: 10, position: 2, brand: "Zenith", title: "", chargedPriceMicros: 1, chargedPer: "click", reason: "" },
  ],
  reasons: {
    lost_auction: { meaning: "other ads were worth more", actor: "market" },
    frequency_capped: { meaning: "the user has seen it as often as a cap allows", actor: "advertiser" },
  },
} as unknown as RunDocument;
const graph = {
  nodes: [{ name: "pick", owner: "ads-auction", purpose: "picks the best", place: { file: "pick.ts", line: 7 } }],
} as unknown as GraphDocument;

test("one that lost: node, rule, value against threshold, owner, code place, and who took its place", () => {
  const { sentence, decision, winner, fate, steps } = adDocument(run, graph, 12);
  expect(sentence).toBe(
    "Ad 12 (Acme) did not show. pick dropped it: other ads were worth more ($2.50 against $5.00). Ad 13 took the last place, worth $5.00.",
  );
  expect(decision).toMatchObject({
    node: "pick",
    owner: "ads-auction",
    rule: "picks the best",
    place: { file: "pick.ts", line: 7 },
  });
  expect([winner?.adId, fate, steps.map((step) => step.fate)]).toEqual([13, "dropped", ["kept", "kept", "dropped"]]);
});

test("one that another ad stood in for: the ad that its drop names", () => {
  expect(adDocument(run, graph, 11)).toMatchObject({
    winner: { adId: 10 },
    sentence: "Ad 11 did not show. dedupe dropped it: deduped. Ad 10 was kept instead, worth $9.00 to its $4.00.",
  });
});

test("counts are counts, and nobody took the place of a capped ad", () => {
  const { sentence, winner } = adDocument(run, graph, 14);
  expect(sentence).toBe(
    "Ad 14 did not show. cap dropped it: the user has seen it as often as a cap allows (3 against 3).",
  );
  expect(winner).toBeNull();
});

test("shown, kept and not placed, never a candidate", () => {
  expect(adDocument(run, graph, 10).sentence).toBe("Ad 10 (Zenith) was shown, at position 2.");
  expect(adDocument(run, graph, 13)).toMatchObject({
    fate: "kept",
    sentence: "Ad 13 passed all 3 filters and is not in the answer.",
  });
  expect(adDocument(run, graph, 99)).toMatchObject({ fate: "neverEntered", steps: [] });
  expect([...fatesOf(run)]).toEqual([
    [10, "shown"],
    [11, "deduped"],
    [12, "lost_auction"],
    [13, "kept"],
    [14, "frequency_capped"],
  ]);
});

test("numbers as people read them", () => {
  expect([0.05, 4.2, 250, 2_500, 120_000, 7_200_000, 300_000_000].map(duration)).toEqual([
    "50 µs",
    "4.20 ms",
    "250 ms",
    "2.5 s",
    "2 min",
    "2 h",
    "3 days",
  ]);
  expect([money(1_234_567), money(12_345), money(0)]).toEqual(["$1.23", "$0.0123", "$0.00"]);
  expect([share(0), share(0.001), share(0.625)]).toEqual(["0 %", "< 1 %", "63 %"]);
});
