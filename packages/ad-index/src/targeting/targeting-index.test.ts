import { countryCode, matchesTargeting, type TargetingAssignment, type TargetingExpression } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasBit, wordsFor } from "../bits/bitset.ts";
import { targetingAssignments, targetingExpressions } from "../conformance/index.ts";
import { TargetingIndex } from "./targeting-index.ts";

function matching(index: TargetingIndex, size: number, assignment: TargetingAssignment): readonly number[] {
  const bits = new Int32Array(wordsFor(size));
  index.match(assignment, bits);
  return Array.from({ length: wordsFor(size) * 32 }, (_, row) => row).filter((row) => hasBit(bits, row));
}

function expected(expressions: readonly TargetingExpression[], assignment: TargetingAssignment): readonly number[] {
  return expressions.flatMap((expression, row) => (matchesTargeting(expression, assignment) ? [row] : []));
}

/** Repeating expressions makes their postings dense; one of each keeps them sparse. */
const expressionLists = fc
  .tuple(fc.array(targetingExpressions, { maxLength: 40 }), fc.constantFrom(1, 1, 3, 30))
  .map(([expressions, times]) => Array<readonly TargetingExpression[]>(times).fill(expressions).flat());

test("matches equal the plain evaluation of every expression, missing attributes under both rules included", () => {
  fc.assert(
    fc.property(
      expressionLists,
      fc.array(targetingAssignments, { minLength: 1, maxLength: 10 }),
      (expressions, assignments) => {
        const index = new TargetingIndex(expressions);
        for (const assignment of assignments)
          expect(matching(index, expressions.length, assignment)).toEqual(expected(expressions, assignment));
      },
    ),
    { numRuns: 300 },
  );
});

test("one matching does not disturb the next", () => {
  const target = (value: string): TargetingExpression => ({
    whenMissing: "weak",
    conjunctions: [[{ attribute: "country", operator: "in", values: [countryCode(value)] }]],
  });
  const index = new TargetingIndex([target("DE"), target("FR")]);
  const users = ["DE", "FR", "AT", "DE"].map((code) => ({ country: [countryCode(code)] }));
  expect(users.map((user) => matching(index, 2, user))).toEqual([[0], [1], [], [0]]);
});

test("sixteen conjunctions of one ad count as one match", () => {
  const always: TargetingExpression = { whenMissing: "weak", conjunctions: Array(16).fill([]) };
  expect(matching(new TargetingIndex([always, { whenMissing: "weak", conjunctions: [] }, always]), 3, {})).toEqual([
    0, 2,
  ]);
});
