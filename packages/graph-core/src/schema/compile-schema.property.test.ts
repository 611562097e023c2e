import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { freeze as immerFreeze } from "immer";
import { expect, test } from "vitest";
import type { z } from "zod";
import { schemaAndFitting, schemaAndValue, structuralCopy } from "../../test/support/arbitrary-schema.ts";
import { ByteWriter } from "./byte-writer.ts";
import { compileSchema } from "./compile-schema.ts";
import { explainer } from "./explain.ts";
import { freezer } from "./freeze.ts";
import { generateFits } from "./generate.ts";
import { readSchema } from "./read-zod.ts";

const RUNS = { numRuns: 600 };

/** What S1 promises: zod with strict objects accepts the value and gives it back unchanged (a record without prototype becomes plain). */
function zodGivesBack(schema: z.ZodType, value: unknown): boolean {
  const result = schema.safeParse(value);
  return result.success && isDeepStrictEqual(withPrototypes(result.data), withPrototypes(value));
}

function withPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPrototypes);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withPrototypes(member)]));
}

function bytesOf(schema: z.ZodType, value: unknown): string {
  const out = new ByteWriter();
  compileSchema(schema).encode(value, out);
  return Buffer.from(out.finish()).toString("hex");
}

test("the compiled check accepts exactly what zod gives back unchanged", () => {
  let accepted = 0;
  fc.assert(
    fc.property(schemaAndValue, ([{ schema, strict }, value]) => {
      const fits = compileSchema(schema).check(value) === undefined;
      if (fits) accepted++;
      expect(fits).toBe(zodGivesBack(strict, value));
    }),
    RUNS,
  );
  // Both verdicts must be common, or the comparison above says little.
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 5);
  expect(accepted).toBeLessThan((RUNS.numRuns * 4) / 5);
});

test("the generated check and the closures agree on every value", () => {
  fc.assert(
    fc.property(schemaAndValue, ([{ schema }, value]) => {
      const { shape } = readSchema(schema);
      const fits = generateFits(shape);
      expect(fits).toBeDefined();
      expect(fits?.(value)).toBe(explainer(shape)(value) === undefined);
    }),
    RUNS,
  );
});

test("both freezers freeze every object that immer's deep freeze freezes", () => {
  fc.assert(
    fc.property(schemaAndFitting, ([{ schema }, value]) => {
      const byImmer = frozenPlaces(immerFreeze(structuralCopy(value), true));
      const generated = structuralCopy(value);
      compileSchema(schema).freeze(generated);
      expect(frozenPlaces(generated)).toEqual(byImmer);
      const closures = structuralCopy(value);
      freezer(readSchema(schema).shape)(closures);
      expect(frozenPlaces(closures)).toEqual(byImmer);
    }),
    RUNS,
  );
});

test("decode gives back what encode wrote, and writes the same bytes again", () => {
  fc.assert(
    fc.property(schemaAndFitting, ([{ schema }, value]) => {
      const bytes = bytesOf(schema, value);
      const decoded = compileSchema(schema).decode(Buffer.from(bytes, "hex"));
      expect(compileSchema(schema).check(decoded)).toBeUndefined();
      expect(bytesOf(schema, decoded)).toBe(bytes);
      expect(sameValue(decoded, value)).toBe(true);
    }),
    RUNS,
  );
});

test("two values have equal bytes and digests exactly when they are equal", () => {
  const pair = schemaAndFitting.chain(([each, value]) =>
    fc.tuple(fc.constant(each), fc.constant(value), fc.oneof(each.fitting, fc.constant(structuralCopy(value)))),
  );
  fc.assert(
    fc.property(pair, ([{ schema }, left, right]) => {
      const equal = sameValue(left, right);
      expect(bytesOf(schema, left) === bytesOf(schema, right)).toBe(equal);
      const { digest } = compileSchema(schema);
      expect(digest(left) === digest(right)).toBe(equal);
    }),
    RUNS,
  );
});

/** Paths of the frozen records and arrays. */
function frozenPlaces(value: unknown, path = "$", found: string[] = []): string[] {
  if (typeof value !== "object" || value === null || "tenonValue" in value) return found;
  if (Object.isFrozen(value)) found.push(path);
  for (const [key, member] of Object.entries(value)) frozenPlaces(member, `${path}.${key}`, found);
  return found;
}

/** Equality of slot values: -0 differs from 0, columns by content, batches by ids and columns. */
function sameValue(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(unfold(left), unfold(right));
}

interface ColumnLike {
  readonly length: number;
  at(row: number): unknown;
}

function unfold(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unfold);
  const tenonValue = (value as { readonly tenonValue?: string }).tenonValue;
  if (tenonValue === "column") {
    const column = value as ColumnLike;
    return { column: Array.from({ length: column.length }, (_, row) => column.at(row)) };
  }
  if (tenonValue === "candidateBatch") {
    const batch = value as {
      readonly ids: ColumnLike;
      readonly columnNames: readonly string[];
      column(name: string): ColumnLike;
    };
    return { ids: unfold(batch.ids), columns: batch.columnNames.map((name) => [name, unfold(batch.column(name))]) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unfold(member)]));
}
