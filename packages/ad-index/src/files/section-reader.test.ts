import fc from "fast-check";
import { expect, test } from "vitest";
import { SectionReader, textSection } from "./section-reader.ts";
import type { Sections } from "./sections.ts";

const reader = (sections: Sections) => new SectionReader(sections, "part");

test("strings of any characters and numbers come back as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.nat()), { maxLength: 8 }), (given) => {
      expect(reader({ "part.values": textSection(given) }).values("values")).toEqual(given);
    }),
  );
});

test("a section that is missing, of another type or of another length is named", () => {
  const sections = reader({ "part.rows": new Int32Array(3), "part.inner.rows": new Float64Array(2) });
  expect(sections.int32("rows", 3)).toHaveLength(3);
  expect(sections.part("inner").float64("rows")).toHaveLength(2);
  expect(() => sections.int32("rowz")).toThrow('TENON1420 segment has no section "part.rowz"');
  expect(() => sections.int32("rows", 4)).toThrow('TENON1421 section "part.rows" of the segment does not fit');
  expect(() => sections.float64("rows")).toThrow('TENON1421 section "part.rows"');
  expect(() => sections.values("rows")).toThrow('TENON1421 section "part.rows"');
  expect(() => new SectionReader({}, "toString").int32("length")).toThrow(
    'TENON1420 segment has no section "toString.length"',
  );
  expect(() => sections.part("inner").int32("rows")).toThrow('TENON1421 section "part.inner.rows"');
});

test("starts that do not ascend from 0 to the end are refused", () => {
  const starts =
    (...values: number[]) =>
    () =>
      reader({ "part.starts": Int32Array.from(values) }).starts("starts", { count: 3, end: 5 });
  expect(starts(0, 2, 5, 5)()).toHaveLength(4);
  for (const values of [
    [0, 3, 3, 4],
    [1, 3, 3, 5],
    [0, 6, 6, 5],
    [0, 4, 3, 5],
    [0, 3, 5],
  ]) {
    expect(starts(...values)).toThrow("TENON1421");
  }
});
