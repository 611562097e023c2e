import type { AdDocument } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleAds } from "../conformance/arbitraries.ts";
import { plainAd } from "../conformance/support.ts";
import type { Segment } from "../segments/segment.ts";
import type { SegmentView } from "../segments/segment-view.ts";
import { columnForm, storedOf } from "./column-layout.ts";
import { FORWARD_COLUMN_NAMES } from "./forward-columns.ts";
import { type Places, readColumns } from "./forward-read.ts";
import { forwardFromSections, forwardToSections } from "./forward-sections.ts";
import type { ForwardTable } from "./forward-table.ts";
import { type Codebooks, dictionariesOf, forwardTable, newCodebooks } from "./forward-values.ts";

/** Values as columns hold them: few or many, whole or not, beyond 32 bits, at the borders of every form. */
const columnValues = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.integer({ min: -3, max: 400 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }),
        fc.float({ noNaN: true }),
        fc.constantFrom(-0, 0, 255, 256, -1, 2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
      ),
      { minLength: 1, maxLength: 400 },
    ),
    fc.constantFrom(1, 1_000, 10_000, 86_400_000),
    fc.nat({ max: 70 }),
  )
  .map(([values, scale, more]) => {
    const scaled = values.map((value) => (Number.isSafeInteger(value * scale) ? value * scale : value));
    // Enough rows that the forms for large segments are tried.
    return Float64Array.from([...scaled, ...Array.from({ length: more }, () => scaled[0] as number)]);
  });

test("every form gives back the value that was stored, bit for bit, and fits its type", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(columnValues, (values) => {
      const form = columnForm(values);
      seen.add(`${form.family} ${form.form}`);
      const store = storedOf(form);
      const rows = { u8: Uint8Array, i32: Int32Array, f32: Float32Array, f64: Float64Array }[form.family].from(
        Array.from(values, store),
      );
      for (const [row, value] of values.entries()) {
        const stored = rows[row] as number;
        const read =
          form.form === "plain"
            ? stored
            : form.form === "steps"
              ? form.start + form.step * stored
              : form.values[stored];
        expect(read).toBe(value);
      }
    }),
    { numRuns: 400 },
  );
  // Whatever the seed, forms of several kinds were tried; each by itself stands below.
  expect(seen.size).toBeGreaterThanOrEqual(3);
});

test.each([
  ["u8 plain", (row: number) => row % 200],
  ["u8 steps", (row: number) => 1_767_225_600_000 + (row % 50) * 86_400_000],
  ["u8 values", (row: number) => Math.sin(row % 100)],
  ["i32 plain", (row: number) => row * 1_000],
  ["i32 steps", (row: number) => 9_000_000_000_000 + row * 60_000],
  ["f32 plain", (row: number) => row / 1_024],
  ["i32 values", (row: number) => Math.sin(row % 300)],
  ["f64 plain", (row: number) => Math.sin(row)],
])("a column takes the narrowest form: %s", (form, numberOf) => {
  const found = columnForm(Float64Array.from({ length: 8_000 }, (_, row) => numberOf(row)));
  expect(`${found.family} ${found.form}`).toBe(form);
});

test("a negative zero stays one, whatever it stands among", () => {
  for (const numberOf of [(row: number) => row, (row: number) => row * 1_000, (row: number) => Math.sin(row % 50)]) {
    const values = Float64Array.from({ length: 100 }, (_, row) => (row === 70 ? -0 : numberOf(row + 1)));
    const form = columnForm(values);
    const stored = storedOf(form)(-0);
    expect(`${form.family} ${form.form}`).toMatch(/^f(32|64) plain$/);
    expect(stored).toBe(-0);
  }
});

const rowsOf = fc.array(fc.option(sampleAds(), { nil: undefined, freq: 4 }), { maxLength: 100 });
const documentsOf = (ads: readonly ({ readonly document: AdDocument } | undefined)[]) => ads.map((ad) => ad?.document);

/** Every column of every ad, in the words of documents. */
function everything(
  table: ForwardTable,
  documents: readonly (AdDocument | undefined)[],
  codebooks: Codebooks,
): unknown {
  const rows = documents.flatMap((document, row) => (document === undefined ? [] : [row]));
  const places: Places = {
    views: [{ segment: { forward: table as Segment["forward"] } } as SegmentView],
    viewOf: new Int32Array(rows.length),
    rowOf: Int32Array.from(rows),
    missingCount: 0,
  };
  const columns = readColumns(FORWARD_COLUMN_NAMES, places, dictionariesOf(codebooks));
  return FORWARD_COLUMN_NAMES.map((name) => [name, rows.map((_, at) => columns[name]?.at(at))]);
}

test("columns come back from sections as they were, beside empty rows, into codebooks with other words", () => {
  fc.assert(
    fc.property(rowsOf, fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 5 }), (ads, words) => {
      const documents = documentsOf(ads);
      const codebooks = newCodebooks();
      const table = forwardTable(documents, codebooks);
      const other = newCodebooks();
      for (const word of words) other.category.codeOf(word);
      const read = forwardFromSections(forwardToSections(table, codebooks), other);
      expect(read.size).toBe(documents.length);
      expect(everything(read, documents, other)).toEqual(everything(table, documents, codebooks));
    }),
    { numRuns: 60 },
  );
});

test("a file that lacks a column, or has one more, is told apart", () => {
  const codebooks = newCodebooks();
  const documents = Array.from({ length: 80 }, (_, id) => plainAd(id + 1).document);
  const table = forwardTable(documents, codebooks);
  const sections = forwardToSections(table, codebooks);
  const stored = JSON.parse(sections["forward.columns"] as string);
  const without = { ...stored, columns: stored.columns.filter(({ name }: { name: string }) => name !== "bidMicros") };
  const reading = (header: unknown) => () =>
    forwardFromSections({ ...sections, "forward.columns": JSON.stringify(header) }, codebooks);
  expect(reading(without)).toThrow(
    expect.objectContaining({
      code: "TENON1421",
      detail: expect.stringMatching(/^expected a column "bidMicros", found /),
    }),
  );

  const [first] = stored.columns;
  const more = { ...stored, columns: [{ ...first, name: "bygone", family: "u8", form: "plain" }, ...stored.columns] };
  const stride = stored.columns.filter(({ family }: { family: string }) => family === "u8").length;
  const rows = sections["forward.u8"] as Uint8Array;
  const wider = new Uint8Array(table.size * (stride + 1));
  for (let row = 0; row < table.size; row++) {
    wider.set(rows.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  const read = forwardFromSections(
    { ...sections, "forward.columns": JSON.stringify(more), "forward.u8": wider },
    codebooks,
  );
  expect(everything(read, documents, codebooks)).toEqual(everything(table, documents, codebooks));
});

test("a name that is no column is refused, also when no ad is found", () => {
  const places: Places = { views: [], viewOf: new Int32Array(1), rowOf: Int32Array.of(-1), missingCount: 1 };
  const dictionaries = dictionariesOf(newCodebooks());
  expect(() => readColumns(["toString" as "bidMicros"], places, dictionaries)).toThrow("TENON1404");
});
