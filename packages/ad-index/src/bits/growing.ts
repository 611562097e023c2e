/** Arrays that are only appended to. Readers keep the array they were given: what it holds of their rows never changes. */

type Numbers = Float64Array | Float32Array | Int32Array | Uint16Array;

/** Room for the first entries. */
const ENTRIES_AT_FIRST = 64;

/** The array itself where it has `length` places; else one of at least twice the size, with the same values. */
export function withRoom<Values extends Numbers>(values: Values, length: number): Values {
  if (length <= values.length) return values;
  const size = Math.max(ENTRIES_AT_FIRST, 2 * values.length, length);
  const more = new (values.constructor as new (size: number) => Values)(size);
  more.set(values);
  return more;
}
