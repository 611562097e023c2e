/** What a slot's schema marks as personal, followed beside a value. What several schemas may describe is personal if one says so. */
import { isPersonal } from "@tenon/ads-model";
import type { z } from "zod";

type Schema = z.core.$ZodType;

interface Def {
  readonly innerType?: Schema;
  readonly options?: readonly Schema[];
  readonly left?: Schema;
  readonly right?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly catchall?: Schema;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly rest?: Schema | null;
}

/** All schemas that may describe one value. */
export type Marks = readonly Schema[];

export function marksOf(schema: unknown): Marks {
  if ((schema as Schema | null | undefined)?._zod === undefined) return [];
  const own = schema as Schema;
  const { innerType, options = [], left, right, in: given, out } = defOf(own);
  return [own, ...[innerType, ...options, left, right, given, out].flatMap(marksOf)];
}

export function arePersonal(marks: Marks): boolean {
  return marks.some((schema) => {
    const { keyType } = defOf(schema);
    return isPersonal(schema) || (keyType !== undefined && isPersonal(keyType));
  });
}

export function marksOfField(marks: Marks, name: string): Marks {
  return marks.flatMap((schema) => {
    const { shape, catchall, valueType } = defOf(schema);
    const field = shape !== undefined && Object.hasOwn(shape, name) ? shape[name] : catchall;
    return [field, valueType].flatMap(marksOf);
  });
}

export function marksOfElement(marks: Marks, at: number): Marks {
  return marks.flatMap((schema) => {
    const { element, items, rest } = defOf(schema);
    return [element, items?.[at] ?? rest].flatMap(marksOf);
  });
}

function defOf(schema: Schema): Def {
  return schema._zod.def as unknown as Def;
}
