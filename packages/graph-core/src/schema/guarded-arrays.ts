/** The arrays behind the columns inside a value, found by its shape: records without columns are not visited. */
import { type Guarded, visitArrays } from "../values/visit-arrays.ts";
import { explainer } from "./explain.ts";
import { holdsGuarded, type Shape } from "./shape.ts";

type Visit = (array: ArrayBufferView) => void;
/** Gives every array behind a value to `visit`. */
export type ArraysOf = (value: unknown, visit: Visit) => void;

const none: ArraysOf = () => {};

/** `undefined` when values of the shape hold no columns, batches, snapshots or scores. */
export function guardedArrays(shape: Shape): ArraysOf | undefined {
  return holdsGuarded(shape) ? visitor(shape) : undefined;
}

function visitor(shape: Shape): ArraysOf {
  if (!holdsGuarded(shape)) return none;
  switch (shape.kind) {
    case "guarded":
      return (value, visit) => visitArrays(value as Guarded, visit);
    case "object": {
      const members = shape.fields
        .filter((field) => holdsGuarded(field.shape))
        .map((field) => ({ name: field.name, arraysOf: visitor(field.shape) }));
      return (value, visit) => {
        for (const { name, arraysOf } of members)
          present(arraysOf, (value as Readonly<Record<string, unknown>>)[name], visit);
      };
    }
    case "array": {
      const element = visitor(shape.element);
      return (value, visit) => {
        for (const each of value as readonly unknown[]) element(each, visit);
      };
    }
    case "tuple": {
      const members = shape.items.map(visitor);
      const rest = shape.rest === undefined ? none : visitor(shape.rest);
      return (value, visit) => {
        for (const [at, each] of (value as readonly unknown[]).entries()) (members[at] ?? rest)(each, visit);
      };
    }
    case "record": {
      const member = visitor(shape.value);
      return (value, visit) => {
        for (const each of Object.values(value as object)) member(each, visit);
      };
    }
    case "nullable":
    case "optional": {
      const inner = visitor(shape.inner);
      return (value, visit) => present(inner, value, visit);
    }
    case "union": {
      const options = shape.options.map((option) => ({ explain: explainer(option), arraysOf: visitor(option) }));
      return (value, visit) => options.find(({ explain }) => explain(value) === undefined)?.arraysOf(value, visit);
    }
    default:
      return none;
  }
}

function present(arraysOf: ArraysOf, value: unknown, visit: Visit): void {
  if (value !== null && value !== undefined) arraysOf(value, visit);
}
