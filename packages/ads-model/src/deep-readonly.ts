type Scalar = string | number | boolean | bigint | null | undefined;

/** `Value` with every property and array element readonly, at every depth. Branded primitives stay as they are. */
export type DeepReadonly<Value> = Value extends Scalar
  ? Value
  : Value extends readonly unknown[]
    ? { readonly [Index in keyof Value]: DeepReadonly<Value[Index]> }
    : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> };
