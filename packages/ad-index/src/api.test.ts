import { type AdId, countryCode } from "@tenon/ads-model";
import {
  CandidateBatch,
  candidateBatchSchema,
  compileGraph,
  createExecutor,
  type DictionaryColumn,
  F32Column,
  type F64Column,
  FEATURE_STATUSES,
  graph,
  IdColumn,
  node,
  recordRun,
  replayRun,
  slot,
} from "@tenon/graph-core";
import { decodeValue, encodeValue } from "@tenon/graph-core/internal";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  type AdIndexReads,
  AdIndexResource,
  FORWARD_COLUMN_NAMES,
  frequencyCapColumn,
  indexVersionText,
  ROW_FOUND,
  ROW_MISSING,
} from "./api.ts";
import { SAMPLE_EMBEDDING, type SampleAd, withEmbeddings } from "./conformance/index.ts";
import { plainAd } from "./conformance/support.ts";
import { bindAdIndex } from "./host.ts";
import { buildExactIndex } from "./segments/open-index.ts";

const EVERYBODY = { targeting: { country: [countryCode("DE")] }, atMs: 50 };
const QUERY = {
  vector: F32Column.from([1, 0, 0, 0, 0]),
  embeddingVersion: SAMPLE_EMBEDDING,
  filter: EVERYBODY,
  limit: 10,
};
const ONE = IdColumn.from([1, 404]);

function indexOf(...ads: readonly SampleAd[]) {
  const { documents, embeddings } = withEmbeddings(ads);
  return buildExactIndex(documents, { embeddings, name: "base" });
}

test("every answer is a value of the closed universe: it survives recording unchanged", async () => {
  const snapshot = indexOf(plainAd(1), plainAd(2)).current();
  const answers = [
    snapshot.matchTargeting(EVERYBODY),
    await snapshot.searchVectors(QUERY),
    snapshot.searchKeywords({ words: ["coffee"], filter: EVERYBODY, limit: 5 }),
    snapshot.eligibilityOf({ ids: ONE, filter: EVERYBODY }),
    snapshot.forwardColumns({ ids: ONE, columns: FORWARD_COLUMN_NAMES }),
    await snapshot.forwardRecords(ONE, new AbortController().signal),
  ];
  for (const answer of answers) {
    const bytes = encodeValue(answer);
    expect(encodeValue(decodeValue(bytes))).toEqual(bytes);
  }
  expect(encodeValue([QUERY, { ids: ONE, columns: FORWARD_COLUMN_NAMES }]).length).toBeGreaterThan(0);
});

test("a run recorded on one index replays on another: the searches answer from the recording", async () => {
  const Wanted = slot("wanted", z.object({ limit: z.int() }), { owner: "ads-serving" });
  const Found = slot("found", candidateBatchSchema({ retrievalScore: "f32" }), { owner: "ads-retrieval" });
  const Titles = slot("titles", z.array(z.string()), { owner: "ads-retrieval" });
  const retrieve = node({
    owner: "ads-retrieval",
    purpose: "finds the nearest ads",
    reads: [Wanted],
    uses: [AdIndexResource],
    writes: [Found],
    async: true,
    budgetMs: 10,
    onFailure: "failRequest",
    run: async ({ wanted }, { uses }) => {
      const { ids, scores } = await uses.adIndex.searchVectors({ ...QUERY, limit: wanted.limit });
      return { found: CandidateBatch.of(ids, { retrievalScore: scores }) };
    },
  });
  const title = node({
    owner: "ads-retrieval",
    purpose: "reads the records of the ads found",
    reads: [Found],
    uses: [AdIndexResource],
    writes: [Titles],
    async: true,
    onFailure: "failRequest",
    run: async ({ found }, { uses, signal }) => {
      const records = await uses.adIndex.forwardRecords(found.ids, signal);
      return { titles: records.found.map((document) => document.title) };
    },
  });
  const plan = compileGraph(
    graph({ name: "find", owner: "ads-serving", request: [Wanted], nodes: { retrieve, title }, respond: [Titles] }),
  );
  const executorOn = (...ads: readonly SampleAd[]) =>
    createExecutor(plan, { resources: { adIndex: bindAdIndex(indexOf(...ads)) } });
  const run = recordRun(
    executorOn(plainAd(1, { title: "first" }), plainAd(2, { title: "second" })),
    { wanted: { limit: 2 } },
    { requestId: "r", nowMs: 1, seed: 1 },
  );
  expect(await run.response).toEqual({ titles: ["second", "first"] });
  expect(run.recording().reads.map(({ method, stable }) => [method, stable])).toEqual([
    ["searchVectors", true],
    ["forwardRecords", true],
  ]);
  const elsewhere = executorOn(plainAd(3, { title: "other" }));
  expect(await replayRun(elsewhere, run.recording()).response).toEqual({ titles: ["second", "first"] });
});

test("a host's binding gives each request the newest snapshot, and names its version", () => {
  const index = indexOf(plainAd(1));
  const binding = bindAdIndex(index);
  expect(binding.current()).toBe(index.current());
  index.apply({ upserts: [plainAd(2)] });
  expect(binding.current()).toBe(index.current());
  expect(binding.version(binding.current())).toBe("base+1 eligibility 0 embedding sample ads 2");
  expect(binding.version(binding.current())).toBe(indexVersionText(index.current().version));
});

test("the resource records every read and nothing else", () => {
  const reads: readonly (keyof AdIndexReads)[] = [
    "matchTargeting",
    "searchVectors",
    "searchKeywords",
    "eligibilityOf",
    "forwardColumns",
    "forwardRecords",
  ];
  expect(AdIndexResource.methods).toEqual(reads);
});

test("a row's status has the code of the feature status, so that a snapshot takes it as it is", () => {
  expect([FEATURE_STATUSES[ROW_FOUND], FEATURE_STATUSES[ROW_MISSING]]).toEqual(["ok", "missing"]);
});

test("columns have the type they are declared with, and a misspelt one does not compile", () => {
  const reads = (index: AdIndexReads, ids: IdColumn) => {
    const { columns } = index.forwardColumns({
      ids,
      columns: ["bidMicros", "campaignId", "category", frequencyCapColumn("ad", 7)],
    });
    expectTypeOf(columns.bidMicros).toEqualTypeOf<F64Column>();
    expectTypeOf(columns.campaignId).toEqualTypeOf<IdColumn>();
    expectTypeOf(columns.category).toEqualTypeOf<DictionaryColumn>();
    // @ts-expect-error not asked for
    columns.floorMicros;
    // @ts-expect-error no such column
    index.forwardColumns({ ids, columns: ["bidDollars"] });
    // @ts-expect-error a recorder has no version: every answer names it
    index.version;
    // @ts-expect-error an index is read, never written, by a node
    index.apply({});
    // @ts-expect-error a vector without its space says nothing
    void index.searchVectors({ vector: QUERY.vector, filter: EVERYBODY, limit: 1 });
    const [missing] = [] as readonly AdId[];
    // @ts-expect-error records are read by column, not by single ids
    void index.forwardRecords([missing], new AbortController().signal);
  };
  expectTypeOf(reads).toBeFunction();
});
