import {
  countryCode,
  matchesTargeting,
  TARGETING_ATTRIBUTES,
  type TargetingAssignment,
  type TargetingExpression,
  type TargetingPredicate,
} from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasBit, wordsFor } from "../bits/bitset.ts";
import { targetingAssignments, targetingExpressions } from "../conformance/index.ts";
import { TargetingIndex } from "./targeting-index.ts";

type Targets = readonly (TargetingExpression | undefined)[];

function matching(index: TargetingIndex, size: number, assignment: TargetingAssignment): readonly number[] {
  // Bits that a careless match would leave standing.
  const bits = new Int32Array(wordsFor(size)).fill(-1);
  index.match(assignment, bits);
  return Array.from({ length: wordsFor(size) * 32 }, (_, row) => row).filter((row) => hasBit(bits, row));
}

function expected(targets: Targets, assignment: TargetingAssignment): readonly number[] {
  return targets.flatMap((target, row) => (target !== undefined && matchesTargeting(target, assignment) ? [row] : []));
}

/** Repeating expressions makes their postings dense; one of each keeps them sparse. Some rows are empty. */
const targetLists: fc.Arbitrary<Targets> = fc
  .tuple(
    fc.array(fc.option(targetingExpressions, { nil: undefined, freq: 4 }), { maxLength: 40 }),
    fc.constantFrom(1, 1, 3, 30),
  )
  .map(([targets, times]) => Array<Targets>(times).fill(targets).flat());

const users = fc.array(targetingAssignments, { minLength: 1, maxLength: 10 });

test("matches equal the plain evaluation of every expression, missing attributes under both rules and empty rows included", () => {
  fc.assert(
    fc.property(targetLists, users, (targets, assignments) => {
      const index = TargetingIndex.of(targets);
      for (const assignment of assignments)
        expect(matching(index, targets.length, assignment)).toEqual(expected(targets, assignment));
    }),
    { numRuns: 300 },
  );
});

test("a loaded index matches as the stored one did, and storing it again gives the same bytes", () => {
  fc.assert(
    fc.property(targetLists, users, (targets, assignments) => {
      const sections = TargetingIndex.of(targets).toSections();
      const loaded = TargetingIndex.fromSections(sections, targets.length);
      for (const assignment of assignments)
        expect(matching(loaded, targets.length, assignment)).toEqual(expected(targets, assignment));
      expect(loaded.toSections()).toEqual(sections);
    }),
  );
});

/** Lists as nobody should write them: values twice, no value at all; users with a value twice. */
const untidy = fc
  .array(
    fc.record({
      whenMissing: fc.constantFrom("weak" as const, "strong" as const),
      conjunctions: fc.array(
        fc.uniqueArray(
          fc.record({
            attribute: fc.constantFrom("interest" as const, "keyword" as const),
            operator: fc.constantFrom("in" as const, "notIn" as const),
            values: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }),
          }) as fc.Arbitrary<TargetingPredicate>,
          { maxLength: 3, selector: ({ attribute, operator }) => `${attribute} ${operator}` },
        ),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 12 },
  )
  .chain((targets) => fc.constantFrom(1, 20).map((times) => Array<Targets>(times).fill(targets).flat()));

test("values that are listed twice, empty lists and a user's repeated values are read as the model reads them", () => {
  const values = fc.array(fc.constantFrom("a", "b", "c", "unknown"), { maxLength: 4 });
  fc.assert(
    fc.property(untidy, values, fc.option(values, { nil: undefined }), (targets, interest, keyword) => {
      const assignment = { interest, keyword };
      expect(matching(TargetingIndex.of(targets), targets.length, assignment)).toEqual(expected(targets, assignment));
    }),
    { numRuns: 300 },
  );
});

test("pure exclusions: the weak rule passes whom it knows nothing of, the strong rule demands proof", () => {
  const without = (whenMissing: "weak" | "strong"): TargetingExpression => ({
    whenMissing,
    conjunctions: [[{ attribute: "interest", operator: "notIn", values: ["casino"] }]],
  });
  const index = TargetingIndex.of([without("weak"), without("strong")]);
  const found = (interest?: readonly string[]) => matching(index, 2, { interest });
  expect([found(), found([]), found(["cafe"]), found(["casino"]), found(["cafe", "casino"])]).toEqual([
    [0],
    [0],
    [0, 1],
    [],
    [],
  ]);
});

test("the samples cover every attribute of the model", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(targetingExpressions, ({ conjunctions }) => {
      for (const { attribute } of conjunctions.flat()) seen.add(attribute);
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual([...TARGETING_ATTRIBUTES].sort());
});

test("one matching does not disturb the next", () => {
  const target = (value: string): TargetingExpression => ({
    whenMissing: "weak",
    conjunctions: [[{ attribute: "country", operator: "in", values: [countryCode(value)] }]],
  });
  const index = TargetingIndex.of([target("DE"), target("FR")]);
  const codes = ["DE", "FR", "AT", "DE"].map((code) => ({ country: [countryCode(code)] }));
  expect(codes.map((user) => matching(index, 2, user))).toEqual([[0], [1], [], [0]]);
});

test("sixteen conjunctions of one ad count as one match", () => {
  const always: TargetingExpression = { whenMissing: "weak", conjunctions: Array(16).fill([]) };
  expect(matching(TargetingIndex.of([always, { whenMissing: "weak", conjunctions: [] }, always]), 3, {})).toEqual([
    0, 2,
  ]);
});

test("an index of another number of rows is refused, not read past its end", () => {
  const sections = TargetingIndex.of(Array(40).fill({ whenMissing: "weak", conjunctions: [[]] })).toSections();
  expect(() => TargetingIndex.fromSections(sections, 70)).toThrow('TENON1421 section "targeting.existing"');
  expect(() => TargetingIndex.fromSections({}, 40)).toThrow("TENON1420");
});
