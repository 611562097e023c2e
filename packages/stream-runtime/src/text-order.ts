/** By code units, as every binding orders text. */
export function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
