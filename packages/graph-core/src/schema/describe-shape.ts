import type { Field, Shape } from "./shape.ts";

type Description = readonly unknown[];

/**
 * A canonical text of what a shape says: the source of its fingerprint. Field order counts, because it is the order of
 * the bytes. Refinements are code and all read alike: a change of one does not change the fingerprint.
 */
export function describeShape(shape: Shape): string {
  return JSON.stringify(describe(shape), (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

function describe(shape: Shape): Description {
  const checks = shape.checks.map((check) => check.description);
  return [shape.kind, ...describeInner(shape), ...(checks.length === 0 ? [] : [{ checks }])];
}

function describeInner(shape: Shape): Description {
  switch (shape.kind) {
    case "literal":
      return shape.values.map((value) => (Object.is(value, -0) ? "-0" : [value]));
    case "object":
      return shape.fields.map((field: Field) => [field.name, field.optional, describe(field.shape)]);
    case "array":
      return [describe(shape.element)];
    case "tuple":
      return [shape.items.map(describe), shape.lengthMin, shape.rest === undefined ? null : describe(shape.rest)];
    case "record":
      return [describe(shape.key), describe(shape.value)];
    case "nullable":
      return [describe(shape.inner)];
    case "optional":
      return [shape.exact, describe(shape.inner)];
    case "union":
      return shape.options.map(describe);
    case "guarded":
      return describeGuarded(shape.value);
    default:
      return [];
  }
}

function describeGuarded(value: Extract<Shape, { kind: "guarded" }>["value"]): Description {
  switch (value.kind) {
    case "column":
      return ["column", value.type, value.dictionary?.fingerprint ?? null];
    case "candidateBatch": {
      const names = Object.keys(value.columns).sort();
      return [
        "candidateBatch",
        names.map((name) => [name, value.columns[name]?.type, value.columns[name]?.dictionary?.fingerprint ?? null]),
      ];
    }
    case "featureSnapshot":
      return ["featureSnapshot", value.schema.fingerprint];
    case "modelScores":
      return ["modelScores"];
  }
}
