/** Scalars, and values that guard themselves (columns). */
type Leaf = string | number | boolean | bigint | null | undefined | { readonly tenonValue: string };

/** The deep-readonly form of a stored value. */
export type Immutable<Value> = Value extends Leaf ? Value : { readonly [Name in keyof Value]: Immutable<Value[Name]> };
