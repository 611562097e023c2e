/** How a zod schema becomes a column: read once, from the schema's own description. */
import type { z } from "zod";

/**
 * `integer` is an int8 that JavaScript holds as a safe integer (ids, micros, milliseconds), `bigint` one that it holds as a
 * bigint. `json` is for open-ended parts only. `bytes` are blobs, kept in a side table.
 */
export type StoredType = "text" | "integer" | "bigint" | "float" | "boolean" | "json" | "bytes";

export const SQL_TYPE: Readonly<Record<StoredType, string>> = {
  text: "text",
  integer: "bigint",
  bigint: "bigint",
  float: "double precision",
  boolean: "boolean",
  json: "jsonb",
  bytes: "bytea",
};

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly format?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: { readonly format?: string } } }[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

/** The column type of a schema, or `undefined` for one that no column can hold. */
export function storedTypeOf(schema: z.ZodType): StoredType | undefined {
  const definition = schema._zod.def as unknown as Definition;
  switch (definition.type) {
    case "nullable":
    case "readonly":
      return storedTypeOf(definition.innerType as z.ZodType);
    case "string":
    case "template_literal":
      return "text";
    case "boolean":
      return "boolean";
    case "bigint":
      return "bigint";
    case "number":
      return isWhole(definition) ? "integer" : "float";
    case "enum":
      return literalType(Object.values(definition.entries ?? {}));
    case "literal":
      return literalType(definition.values ?? []);
    case "object":
    case "array":
    case "tuple":
    case "record":
    case "union":
      return "json";
    default:
      return undefined;
  }
}

function isWhole({ format, checks }: Definition): boolean {
  const formats = [format, ...(checks ?? []).map((check) => check._zod.def.format)];
  return formats.some((each) => each === "safeint" || each === "int32" || each === "uint32");
}

function literalType(values: readonly unknown[]): StoredType | undefined {
  return values.every((value) => typeof value === "string") ? "text" : undefined;
}
