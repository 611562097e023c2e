/** Checksums of the columns inside a value, found by its shape: records without columns are not visited. */
import { addToSum, checksum } from "../values/checksum.ts";
import { explainer } from "./explain.ts";
import { holdsGuarded, type Shape } from "./shape.ts";

type Sum = (value: unknown, sum: number) => number;

const unchanged: Sum = (_value, sum) => sum;

/** `undefined` when values of the shape hold no columns, batches, snapshots or scores. */
export function guardedSum(shape: Shape): ((value: unknown) => number) | undefined {
  if (!holdsGuarded(shape)) return undefined;
  const sumOf = summer(shape);
  return (value) => sumOf(value, 0);
}

function summer(shape: Shape): Sum {
  if (!holdsGuarded(shape)) return unchanged;
  switch (shape.kind) {
    case "guarded":
      return (value, sum) => addToSum(sum, checksum(value as never));
    case "object": {
      const members = shape.fields
        .filter((field) => holdsGuarded(field.shape))
        .map((field) => ({ name: field.name, sumOf: summer(field.shape) }));
      return (value, sum) =>
        members.reduce(
          (next, { name, sumOf }) => sumPresent(sumOf, (value as Readonly<Record<string, unknown>>)[name], next),
          sum,
        );
    }
    case "array": {
      const element = summer(shape.element);
      return (value, sum) => (value as readonly unknown[]).reduce<number>((next, each) => element(each, next), sum);
    }
    case "tuple": {
      const members = shape.items.map(summer);
      const rest = shape.rest === undefined ? unchanged : summer(shape.rest);
      return (value, sum) =>
        (value as readonly unknown[]).reduce<number>((next, each, index) => (members[index] ?? rest)(each, next), sum);
    }
    case "record": {
      const member = summer(shape.value);
      return (value, sum) => Object.values(value as object).reduce<number>((next, each) => member(each, next), sum);
    }
    case "nullable":
    case "optional": {
      const inner = summer(shape.inner);
      return (value, sum) => sumPresent(inner, value, sum);
    }
    case "union": {
      const options = shape.options.map((option) => ({ explain: explainer(option), sumOf: summer(option) }));
      return (value, sum) => options.find(({ explain }) => explain(value) === undefined)?.sumOf(value, sum) ?? sum;
    }
    default:
      return unchanged;
  }
}

function sumPresent(sumOf: Sum, value: unknown, sum: number): number {
  return value === null || value === undefined ? sum : sumOf(value, sum);
}
