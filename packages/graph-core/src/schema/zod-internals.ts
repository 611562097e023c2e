/** The part of zod's internals that a schema is read from. zod 4 documents `_zod.def` as the surface for such tools. */
export interface ZodDef {
  readonly type: string;
  readonly check?: string;
  readonly checks?: readonly ZodCheck[];
  readonly [field: string]: unknown;
}

export interface CheckPayload {
  value: unknown;
  issues: unknown[];
}

export interface ZodCheck {
  readonly _zod: {
    readonly def: Readonly<Record<string, unknown>>;
    readonly check: (payload: CheckPayload) => unknown;
  };
}

export interface ZodSchema extends ZodCheck {
  readonly _zod: ZodCheck["_zod"] & {
    readonly def: ZodDef;
    readonly traits: ReadonlySet<string>;
    readonly values?: ReadonlySet<unknown>;
    readonly pattern?: RegExp;
    /** `"defaulted"`: zod puts a value in the place of a missing one. */
    readonly optin?: string | undefined;
  };
}

export function isZodSchema(value: unknown): value is ZodSchema {
  const internals = (value as { readonly _zod?: { readonly def?: { readonly type?: unknown } } } | null | undefined)
    ?._zod;
  return typeof internals?.def?.type === "string";
}

/** A schema's conditions in the order zod runs them: its own (a format is a check itself), then the attached ones. */
export function checksOf(schema: ZodSchema): readonly ZodCheck[] {
  const { def, traits } = schema._zod;
  return [...(traits.has("$ZodCheck") ? [schema] : []), ...(def.checks ?? [])];
}
