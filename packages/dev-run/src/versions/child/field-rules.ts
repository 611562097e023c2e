/** How the fields of a slot want to be compared, as its schema says by `.meta()`. */
import type { AnySlot } from "@tenon/graph-core";
import type { FieldRule, Tolerance } from "../protocol.ts";

interface Declared {
  readonly tolerance?: Tolerance;
  readonly unordered?: boolean;
  /** For a batch, a snapshot or scores, whose columns have no schema of their own: rules by column name. */
  readonly columns?: Readonly<Record<string, Omit<Declared, "columns">>>;
}

interface Walked {
  readonly _zod: { readonly def: Readonly<Record<string, unknown>> };
  readonly meta?: () => Declared | undefined;
}

/** Fields without a rule are compared exactly, and arrays in their order. */
export function fieldRulesOf(slot: AnySlot): readonly FieldRule[] {
  const rules: FieldRule[] = [];
  walk(slot.schema, "", rules);
  return rules;
}

function walk(schema: unknown, path: string, rules: FieldRule[]): void {
  if (!isSchema(schema)) return;
  const declared = schema.meta?.() ?? {};
  add(path, declared, rules);
  for (const [name, column] of Object.entries(declared.columns ?? {})) add(joined(path, name), column, rules);
  const { def } = schema._zod;
  if (isRecord(def["shape"])) {
    for (const [name, field] of Object.entries(def["shape"])) walk(field, joined(path, name), rules);
  }
  walk(def["element"], `${path}[]`, rules);
  walk(def["innerType"], path, rules);
  walk(def["valueType"], joined(path, "*"), rules);
  for (const option of (def["options"] as readonly unknown[] | undefined) ?? []) walk(option, path, rules);
}

function add(path: string, { tolerance, unordered }: Declared, rules: FieldRule[]): void {
  if (tolerance === undefined && unordered === undefined) return;
  if (rules.some((rule) => rule.path === path)) return;
  rules.push({ path, ...(tolerance !== undefined && { tolerance }), ...(unordered !== undefined && { unordered }) });
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isSchema(value: unknown): value is Walked {
  return isRecord((value as Partial<Walked> | null | undefined)?._zod);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
