import {
  type AdSignals,
  type CountryCode,
  countryOfRegion,
  type TargetingConjunction,
  type TargetingExpression,
} from "@tenon/ads-model";

/**
 * The expression with equal conjunctions once, the first of them where it stood: a conjunction that is written twice costs the
 * index twice and matches nobody more. Equal: the same predicates with the same values, in any order.
 */
export function normaliseTargeting({ whenMissing, conjunctions }: TargetingExpression): TargetingExpression {
  const forms = conjunctions.map(formOf);
  return {
    whenMissing,
    conjunctions: conjunctions.filter((_, index) => forms.indexOf(forms[index] as string) === index),
  };
}

/** The expression in figures; lists ascending. */
export function reachOf({ conjunctions }: TargetingExpression): AdSignals["reach"] {
  const predicates = conjunctions.flat();
  const excluded = conjunctions.map((each) => countriesOf(each, "notIn"));
  return {
    countries: ascending(conjunctions.flatMap((each) => countriesOf(each, "in"))),
    countriesExcluded: ascending((excluded[0] ?? []).filter((code) => excluded.every((codes) => codes.includes(code)))),
    isWorldwide: conjunctions.some((each) => countriesOf(each, "in").length === 0),
    conjunctions: conjunctions.length,
    predicates: predicates.length,
    values: predicates.reduce((sum, { values }) => sum + values.length, 0),
  };
}

/** Countries that the conjunction asks for or excludes. Excluding a region does not exclude its country. */
function countriesOf(conjunction: TargetingConjunction, wanted: "in" | "notIn"): readonly CountryCode[] {
  return conjunction.flatMap((predicate) => {
    if (predicate.operator !== wanted) return [];
    if (predicate.attribute === "country") return predicate.values;
    return predicate.attribute === "region" && wanted === "in" ? predicate.values.map(countryOfRegion) : [];
  });
}

function formOf(conjunction: TargetingConjunction): string {
  const forms = conjunction.map(({ attribute, operator, values }) => [
    attribute,
    operator,
    ...values.map(String).sort(),
  ]);
  return JSON.stringify(forms.map((form) => JSON.stringify(form)).sort());
}

function ascending(codes: readonly CountryCode[]): CountryCode[] {
  return [...new Set(codes)].sort();
}
