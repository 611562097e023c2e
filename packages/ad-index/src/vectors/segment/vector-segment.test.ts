import { expect, test } from "vitest";
import { HybridIndex } from "../hybrid-index.ts";
import { sampleVectors } from "../testing/sample-vectors.ts";
import type { VectorSegmentInput } from "./build-segment.ts";
import type { SegmentSections } from "./segment-sections.ts";
import { VectorSegment } from "./vector-segment.ts";

function input(change: Partial<VectorSegmentInput> = {}) {
  const vectors = sampleVectors({ dimensions: 8, clusters: 5, seed: 9 })(100);
  const ids = Array.from({ length: 100 }, (_, place) => place * 3);
  return { dimensions: 8, metric: "innerProduct" as const, embeddingVersion: "e", ids, vectors, ...change };
}

test("rows are list by list from a word on, ids ascend within a list, ads without a vector come last", () => {
  const present = new Int32Array([-1, -1, -1, 0]);
  const { segment, rowOfInput } = VectorSegment.build(input({ present }));
  const { listWords } = segment.shared;
  expect(listWords.length).toBe(segment.shape.listCount + 1);
  for (let list = 0; list < segment.shape.listCount; list++) {
    const from = listWords[list]! * 32;
    const rows = segment.ids.subarray(from, listWords[list + 1]! * 32);
    const filled = [...rows].filter((id) => id >= 0);
    expect(filled).toHaveLength(segment.listSizes[list]!);
    expect([...rows.subarray(0, filled.length)]).toEqual(filled.toSorted((left, right) => left - right));
  }
  expect(segment.shape).toMatchObject({ vectorCount: 96, size: segment.shape.vectorRows + 32 });
  expect([...segment.ids.subarray(segment.shape.vectorRows)].slice(0, 5)).toEqual([288, 291, 294, 297, -1]);
  expect(Array.from(rowOfInput, (row) => segment.ids[row])).toEqual(input().ids);
});

test("a segment and the one read from its sections answer alike", () => {
  for (const metric of ["cosine", "innerProduct", "l2"] as const) {
    const given = input({ metric });
    const { segment } = VectorSegment.build(given);
    const { facts, sections } = segment.toSections();
    const read = VectorSegment.fromSections(
      { facts: JSON.parse(JSON.stringify(facts)), sections },
      { embeddingVersion: "e" },
    );
    expect(read.toSections()).toEqual({ facts, sections });
    const query = { vector: given.vectors.subarray(0, 8), embeddingVersion: "e", k: 100, filters: [] };
    expect(new HybridIndex(read).search(query)).toEqual(new HybridIndex(segment).search(query));
  }
});

test("sections that do not belong together are refused by name", () => {
  const whole = VectorSegment.build(input()).segment.toSections();
  const other = VectorSegment.build(input({ vectors: input().vectors.map((component) => -component) })).segment;
  const read = (sections: SegmentSections["sections"], embeddingVersion = "e") =>
    expect(() =>
      VectorSegment.fromSections({ ...whole, sections: { ...whole.sections, ...sections } }, { embeddingVersion }),
    );
  read({}, "f").toThrow('TENON1412 section "vectors" does not belong to this vector segment');
  for (const [name, section] of Object.entries(whole.sections)) {
    const damaged = section.slice();
    damaged[damaged.length >> 1]! += 1;
    read({ [name]: damaged }).toThrow(`TENON1412 section "${name}"`);
    read({ [name]: section.subarray(1) }).toThrow(`TENON1412 section "${name}"`);
    read({ [name]: new Float64Array(section).subarray(0, section.length - 1) }).toThrow(`TENON1412 section "${name}"`);
  }
  read({ "vectors.exact": other.toSections().sections["vectors.exact"]! }).toThrow(
    'TENON1412 section "vectors.exact" does not belong to this vector segment',
  );
});

test("input that is no segment is refused by name", () => {
  const ids = Array.from({ length: 100 }, (_, place) => place * 3);
  const refused = (change: Partial<VectorSegmentInput>) => expect(() => VectorSegment.build(input(change)));
  refused({ dimensions: 0 }).toThrow("TENON1410 vector segment has no usable width");
  refused({ dimensions: 9 }).toThrow("TENON1410 vector segment has vectors of another count than ids");
  refused({ present: new Int32Array(3) }).toThrow("TENON1410 vector segment has a short bitmap of vectors");
  refused({ listCount: 0 }).toThrow("TENON1410 vector segment has no usable list count");
  refused({ ids: ids.with(1, 0) }).toThrow("TENON1410 vector segment has ad 0 twice");
  refused({ ids: ids.with(4, -1) }).toThrow("TENON1410 vector segment has no usable id at place 4");
  refused({ vectors: input().vectors.with(17, Number.NaN) }).toThrow(
    "TENON1410 vector segment has a component 1 of ad 6 that is not finite",
  );
  const zero = input().vectors.map((component, place) => (place < 8 ? 0 : component));
  refused({ vectors: zero, metric: "cosine" }).toThrow("TENON1411 vector of ad 0 is zero");
  expect(() => VectorSegment.build(input({ vectors: zero }))).not.toThrow();
  expect(() => VectorSegment.build(input(), { bitmapsMax: 2 ** 27 })).toThrow("TENON1413 vector segment needs");
});

test("a later vector beyond the segment's range is clamped, where an Int8Array would wrap", () => {
  const { segment } = VectorSegment.build(input());
  const max = Math.max(...Array.from(input().vectors, Math.abs));
  expect([...segment.quantise([max, -max, 10 * max, -10 * max, 0, 0, 0, 0])].slice(0, 5)).toEqual([127, 1, 127, 1, 64]);
  expect(new Int8Array([64 + 630])[0]).not.toBe(127);
});

test("nothing, one ad, and ads without any vector are segments too", () => {
  const query = { vector: new Float32Array(8).fill(1), embeddingVersion: "e", k: 3, filters: [] };
  const empty = VectorSegment.build(input({ ids: [], vectors: new Float32Array() })).segment;
  expect(new HybridIndex(empty).search(query).ids).toHaveLength(0);
  const one = VectorSegment.build(input({ ids: [5], vectors: new Float32Array(8).fill(1) })).segment;
  expect([...new HybridIndex(one).search(query).ids]).toEqual([5]);
  const none = VectorSegment.build(input({ present: new Int32Array(4) })).segment;
  for (const method of ["exact", "ivf"] as const)
    expect(new HybridIndex(none).search({ ...query, method }).ids).toHaveLength(0);
  expect(none.shape).toMatchObject({ vectorCount: 0, vectorRows: 0, size: 128 });
});
