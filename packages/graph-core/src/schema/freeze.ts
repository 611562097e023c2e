/** The freezer as closures, for hosts that forbid generated code. */
import { explainer } from "./explain.ts";
import type { Freeze } from "./generate.ts";
import {
  holdsFreezable,
  type ObjectShape,
  type RecordShape,
  type Shape,
  type TupleShape,
  type UnionShape,
} from "./shape.ts";

const nothing: Freeze = () => {};

/** Freezes every record and array of a value that fits `shape`, inner ones first. */
export function freezer(shape: Shape): Freeze {
  if (!holdsFreezable(shape)) return nothing;
  switch (shape.kind) {
    case "object":
      return freezeObject(shape);
    case "array":
      return freezeList([], freezer(shape.element));
    case "tuple":
      return freezeTuple(shape);
    case "record":
      return freezeRecord(shape);
    case "nullable":
    case "optional": {
      const inner = freezer(shape.inner);
      return (value) => {
        if (value !== null && value !== undefined) inner(value);
      };
    }
    case "union":
      return freezeUnion(shape);
    default:
      return nothing;
  }
}

function freezeObject({ fields }: ObjectShape): Freeze {
  const members = fields
    .filter((field) => holdsFreezable(field.shape))
    .map(({ name, shape }) => ({ name, freeze: freezer(shape) }));
  return (value) => {
    const record = value as Readonly<Record<string, unknown>>;
    for (const { name, freeze } of members) if (record[name] !== undefined) freeze(record[name]);
    Object.freeze(record);
  };
}

function freezeTuple({ items, rest }: TupleShape): Freeze {
  return freezeList(items.map(freezer), rest === undefined ? nothing : freezer(rest));
}

function freezeList(members: readonly Freeze[], rest: Freeze): Freeze {
  return (value) => {
    const list = value as readonly unknown[];
    for (let index = 0; index < list.length; index++) (members[index] ?? rest)(list[index]);
    Object.freeze(list);
  };
}

function freezeRecord({ value: member }: RecordShape): Freeze {
  const freeze = freezer(member);
  return (value) => {
    const record = value as Readonly<Record<string, unknown>>;
    for (const name in record) freeze(record[name]);
    Object.freeze(record);
  };
}

function freezeUnion({ options }: UnionShape): Freeze {
  const members = options.map((option) => ({ explain: explainer(option), freeze: freezer(option) }));
  return (value) => members.find(({ explain }) => explain(value) === undefined)?.freeze(value);
}
