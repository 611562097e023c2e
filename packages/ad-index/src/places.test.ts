/** The places are those of the code: every builder of a segment is watched while it reads a document. */
import { type AdDocument, AdDocumentSchema } from "@tenon/ads-model";
import { expect, test } from "vitest";
import { FORWARD_READERS, newCodebooks } from "./forward/forward-values.ts";
import { documentOf } from "./forward/testing/documents.ts";
import { buildKeywordIndex } from "./keywords/keyword-builder.ts";
import { INDEX_PLACES } from "./places.ts";
import { checkDocument } from "./segments/check-document.ts";
import { partsOf } from "./segments/segment.ts";
import { FlatRows } from "./segments/vector-rows.ts";
import { ScheduleIndex } from "./targeting/schedule-index.ts";
import { StateRows } from "./targeting/state-rows.ts";
import { TargetingIndex } from "./targeting/targeting-index.ts";

/** Everything that may be absent is there, so that it can be looked at. */
const plain = AdDocumentSchema.parse({
  ...documentOf(1, 1),
  schedule: { startAtMs: 0, endAtMs: 1 },
  budget: {
    lifetime: { kind: "hardLifetime", capMicros: 10 },
    daily: { kind: "softDaily", capMicros: 5, overdeliveryRatioMax: 0.1 },
    pacing: "even",
  },
  frequencyCaps: [{ level: "ad", windowDays: 1, impressionsMax: 3 }],
});

/** A bid is compared whole, and so is every list. */
const isWhole = (value: unknown, name: string) => typeof value !== "object" || Array.isArray(value) || name === "bid";

/** What the work reads of a document, as leaves. */
function leavesRead(work: (document: AdDocument) => unknown): readonly string[] {
  const read = new Set<string>();
  const watched = (target: object, path: string): object =>
    new Proxy(target, {
      get: (_, name: string) => {
        const value = (target as Record<string, unknown>)[name];
        const at = path === "" ? name : `${path}.${name}`;
        if (!isWhole(value, name)) return watched(value as object, at);
        read.add(at);
        return value;
      },
    });
  work(watched(plain, "") as AdDocument);
  return [...read].toSorted();
}

const leavesOf = (...places: readonly string[]) =>
  [...new Set(places.flatMap((place) => INDEX_PLACES.get(place) ?? []))].toSorted();
const startingWith = (prefix: string) => [...INDEX_PLACES.keys()].filter((place) => place.startsWith(prefix));

test("every forward column is made of the leaf that is named, and every column is named", () => {
  const capColumns = startingWith("forward.").filter((place) => INDEX_PLACES.get(place)?.[0] === "frequencyCaps");
  const named = startingWith("forward.").filter((place) => !capColumns.includes(place));
  expect(named.toSorted()).toEqual([...FORWARD_READERS.keys()].map((name) => `forward.${name}`).toSorted());
  for (const [name, read] of FORWARD_READERS) expect(leavesRead(read), name).toEqual(leavesOf(`forward.${name}`));
  expect(capColumns).toHaveLength(12);
});

for (const [name, places, build] of [
  ["targeting", ["targeting"], (document: AdDocument) => TargetingIndex.of([document.targeting])],
  ["the schedule", ["schedule"], (document: AdDocument) => ScheduleIndex.of([document.schedule])],
  ["states", startingWith("state."), (document: AdDocument) => StateRows.of([document])],
  ["keywords", ["keywords"], (document: AdDocument) => buildKeywordIndex([document])],
] as const) {
  test(`${name}: what is looked at is what is named`, () => {
    expect(leavesRead(build)).toEqual(leavesOf(...places));
  });
}

test("a segment looks at nothing that has no place", () => {
  const ids = Float64Array.of(1);
  const read = leavesRead((document) =>
    partsOf([{ document, vector: undefined }], new FlatRows(ids, [undefined], 2), newCodebooks()),
  );
  // Which space a vector is of is looked at before: see below.
  expect([...read, "embedding.version"].toSorted()).toEqual(leavesOf(...INDEX_PLACES.keys()));
});

test("a vector is chosen by the space and the row of its document", () => {
  const space = { version: plain.embedding.version, dimensions: 2, rows: Float32Array.of(1, 0, 0, 1) };
  const vectorOf = (embedding: AdDocument["embedding"]) =>
    checkDocument({ document: { ...structuredClone(plain), embedding } } as never, space).vector;
  expect(vectorOf({ ...plain.embedding, row: 0 })).toEqual(Float32Array.of(1, 0));
  expect(vectorOf({ ...plain.embedding, row: 1 })).toEqual(Float32Array.of(0, 1));
  expect(vectorOf({ version: "another", row: 0 } as never)).toBeUndefined();
});
