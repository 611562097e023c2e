/**
 * The plain reading of targeting.ts, one predicate after the other. It is the reference that the index is tested against, and
 * fast enough for one ad (explain, previews); for all ads use the index.
 */
import type {
  TargetingAssignment,
  TargetingConjunction,
  TargetingExpression,
  TargetingPredicate,
} from "./targeting.ts";

/** Whether one conjunction of `expression` holds for the assignment (T1-T3). */
export function matchesTargeting(expression: TargetingExpression, assignment: TargetingAssignment): boolean {
  return expression.conjunctions.some((conjunction) =>
    matchesConjunction(conjunction, assignment, expression.whenMissing),
  );
}

export function matchesConjunction(
  conjunction: TargetingConjunction,
  assignment: TargetingAssignment,
  whenMissing: TargetingExpression["whenMissing"],
): boolean {
  return conjunction.every((predicate) => matchesPredicate(predicate, assignment, whenMissing));
}

/** One predicate by itself; the delivery debugger names the first that fails. */
export function matchesPredicate(
  predicate: TargetingPredicate,
  assignment: TargetingAssignment,
  whenMissing: TargetingExpression["whenMissing"],
): boolean {
  const known: readonly unknown[] = assignment[predicate.attribute] ?? [];
  if (known.length === 0) return predicate.operator === "notIn" && whenMissing === "weak";
  const listed: readonly unknown[] = predicate.values;
  return known.some((value) => listed.includes(value)) === (predicate.operator === "in");
}
