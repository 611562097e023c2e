import fc from "fast-check";
import { expect, test } from "vitest";
import { IdTable } from "./id-table.ts";

test("every id finds its row, every other number finds none", () => {
  const ids = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    fc.nat(50).map((high) => high * 2 ** 32 + 7),
  );
  const others = fc.array(fc.oneof(fc.constantFrom(0, -1, 0.5, Number.NaN), fc.maxSafeInteger()));
  fc.assert(
    fc.property(fc.uniqueArray(ids, { maxLength: 200 }), others, (held, asked) => {
      const table = new IdTable(Float64Array.from(held));
      expect(held.map((id) => table.rowOf(id))).toEqual(held.map((_, row) => row));
      for (const id of asked) expect(table.rowOf(id)).toBe(held.indexOf(id));
    }),
  );
});
