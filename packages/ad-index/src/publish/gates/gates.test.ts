import { expect, test } from "vitest";
import { documentOf } from "../../forward/testing/documents.ts";
import type { BaseManifest, BaseStatistics } from "../base/manifest.ts";
import { type Gate, type GateContext, runGates } from "./gate.ts";
import { recallGate } from "./recall-gate.ts";
import { recomputeGate } from "./recompute-gate.ts";
import { type StandardBounds, standardGates } from "./standard-gates.ts";
import { statisticsOf } from "./statistics.ts";

const statistics = (over: Partial<BaseStatistics> = {}): BaseStatistics => ({
  ...{ documentCount: 1_000, withoutVector: 0, nulls: { title: 0, body: 100 } },
  ...over,
});

const current: BaseManifest = {
  ...{ format: 1, name: "b1", builtAtMs: 1, embeddingVersion: "e", schemaFingerprint: "s", files: [], gates: [] },
  watermark: { position: "100", feed: "" },
  statistics: statistics(),
};

function context(over: Partial<GateContext> = {}): GateContext {
  return {
    statistics: statistics(),
    watermark: { position: "100", feed: "" },
    embeddingVersion: "e",
    current,
    ...over,
  };
}

async function failing(gates: readonly Gate[], over: Partial<GateContext>): Promise<readonly string[]> {
  return (await runGates(gates, context(over))).filter(({ ok }) => !ok).map(({ id }) => id);
}

const BOUNDS: StandardBounds = { shrinkMax: 0.1, growthMax: 0.5, nullRiseMax: 0.02, coverageMin: { title: 0.99 } };

// Each bound from both sides: just allowed, and one step too far.
test.each<[string, Partial<BaseStatistics>, readonly string[]]>([
  ["the same again", {}, []],
  ["a tenth fewer", { documentCount: 900, nulls: { title: 0, body: 90 } }, []],
  ["more than a tenth fewer", { documentCount: 899, nulls: { title: 0, body: 90 } }, ["document-count-least"]],
  ["half as many more", { documentCount: 1_500, nulls: { title: 0, body: 150 } }, []],
  ["more than that", { documentCount: 1_501, nulls: { title: 0, body: 150 } }, ["document-count-most"]],
  ["two in a hundred more without body", { nulls: { title: 0, body: 120 } }, []],
  ["more than that", { nulls: { title: 0, body: 121 } }, ["null-rise"]],
  ["fewer without body", { nulls: { title: 0, body: 0 } }, []],
  ["no bodies at all any more", { nulls: { title: 0 } }, ["null-rise"]],
  ["a new column that is empty", { nulls: { title: 0, body: 100, video: 1_000 } }, []],
  ["a title for 99 of 100", { nulls: { title: 10, body: 100 } }, []],
  ["a title for fewer", { nulls: { title: 11, body: 100 } }, ["coverage of title"]],
  ["a vector for 99 of 100", { withoutVector: 10 }, []],
  ["a vector for fewer", { withoutVector: 11 }, ["without-vector"]],
])("standard gates: %s", async (_, over, ids) => {
  expect(await failing(standardGates(BOUNDS), { statistics: statistics(over) })).toEqual(ids);
});

test("a watermark that goes back is refused, as whole numbers and not as text", async () => {
  const at = (position: string) => failing(standardGates(BOUNDS), { watermark: { position, feed: "" } });
  expect(await at("100")).toEqual([]);
  expect(await at("99")).toEqual(["watermark-behind"]);
  expect(await at("1000")).toEqual([]);
});

test("the first base has nothing to be compared with, but is never empty and never blind", async () => {
  const first = (over: Partial<BaseStatistics>) =>
    failing(standardGates(BOUNDS), { statistics: statistics(over), current: undefined });
  expect(await first({})).toEqual([]);
  expect(await first({ documentCount: 0, nulls: {} })).toEqual(["document-count-least", "coverage of title"]);
  expect(await first({ withoutVector: 1_000 })).toEqual(["without-vector"]);
});

test("statistics count empty values in every column, also below the first level", () => {
  const documents = [documentOf(1, 1), { ...documentOf(2, 1), body: "text", keywords: [], title: "" }];
  const { documentCount, withoutVector, nulls } = statisticsOf(documents, ({ adId }) => adId === 1);
  expect([documentCount, withoutVector]).toEqual([2, 1]);
  expect(nulls).toMatchObject({
    body: 1,
    keywords: 1,
    title: 1,
    frequencyCaps: 2,
    "budget.daily": 2,
    "schedule.endAtMs": 2,
  });
  expect(nulls).toMatchObject({ landingUrl: 0, "bid.micros": 0, floorMicros: 0 });
});

test("a sample is built anew and compared field by field; equal seeds look at equal places", async () => {
  const documents = Array.from({ length: 1_000 }, (_, at) => documentOf(at + 1, 1));
  const looked: number[] = [];
  const gate = (change: (id: number) => object | undefined, seed = 7) =>
    recomputeGate({
      ...{ documents, seed, samples: 50 },
      recompute: async (document) => {
        looked.push(document.adId);
        const changed = change(document.adId);
        return changed === undefined ? undefined : { ...structuredClone(document), ...changed };
      },
    });
  const [same] = await runGates([gate(() => ({}))], context());
  expect(same).toMatchObject({ id: "recompute", value: 0, bound: 0, ok: true });
  expect(new Set(looked).size).toBe(50);
  const first = looked.splice(0);
  const [differs] = await runGates([gate((id) => (id === first[3] ? { title: "other", version: 9 } : {}))], context());
  expect(looked.splice(0)).toEqual(first);
  expect(differs).toMatchObject({
    value: 1,
    ok: false,
    detail: expect.stringContaining(`ad ${first[3]}: version, title`),
  });
  const [gone] = await runGates([gate((id) => (id === first[0] ? undefined : {}))], context());
  expect(gone?.detail).toContain("its sources make no document");
  looked.length = 0;
  await runGates([gate(() => ({}), 8)], context());
  expect(looked).not.toEqual(first);
});

test("recall is judged by its bound, and nothing measured is no recall", async () => {
  const ids = (recall: number, queries: number) =>
    failing([recallGate({ measure: async () => ({ recall, queries }) })], {});
  expect(await ids(0.99, 100)).toEqual([]);
  expect(await ids(0.989, 100)).toEqual(["recall"]);
  expect(await ids(1, 0)).toEqual(["recall"]);
});

test("a gate that cannot judge stops everything", async () => {
  const broken: Gate = () => {
    throw new Error("the source is down");
  };
  await expect(runGates([broken], context())).rejects.toThrow("the source is down");
});
