import fc from "fast-check";
import { expect, test } from "vitest";
import { SectionReader, textSection } from "./sections.ts";

const reader = (sections: Record<string, Int32Array | Uint8Array | Float64Array>) =>
  new SectionReader(sections, "part");

test("strings of any characters and numbers come back as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.nat()), { maxLength: 8 }), (given) => {
      expect(reader({ "part.values": textSection(given) }).values("values")).toEqual(given);
    }),
  );
});

test("values are read from shared memory, lone surrogates included", () => {
  const bytes = textSection(["a\ud800", 7]);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  expect(reader({ "part.values": shared }).values("values")).toEqual(["a\ud800", 7]);
});

test("a section that is missing, of another type or of another length is named", () => {
  const sections = reader({ "part.rows": new Int32Array(3), "part.inner.rows": new Float64Array(2) });
  expect(sections.int32("rows", 3)).toHaveLength(3);
  expect(sections.part("inner").float64("rows")).toHaveLength(2);
  expect(() => sections.int32("rowz")).toThrow('TENON1420 segment has no section "part.rowz"');
  expect(() => sections.int32("rows", 4)).toThrow('TENON1421 section "part.rows" of the segment does not fit');
  expect(() => sections.float64("rows")).toThrow('TENON1421 section "part.rows"');
  expect(() => sections.values("rows")).toThrow('TENON1421 section "part.rows"');
  expect(() => sections.part("inner").int32("rows")).toThrow('TENON1421 section "part.inner.rows"');
});

test("starts that do not ascend from 0 to the end are refused", () => {
  const starts =
    (...values: number[]) =>
    () =>
      reader({ "part.starts": Int32Array.from(values) }).starts("starts", { count: 2, end: 5 });
  expect(starts(0, 5, 5)()).toHaveLength(3);
  for (const values of [
    [0, 3, 4],
    [1, 3, 5],
    [0, 6, 5],
    [0, 3],
  ]) {
    expect(starts(...values)).toThrow("TENON1421");
  }
});
