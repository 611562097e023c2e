/**
 * Repeats what stands `back` bytes before `to`, byte by byte: the copy may begin with what it is about to write.
 *
 * @throws Error when either side lies outside
 */
export function copyWithin(bytes: Uint8Array, to: number, back: number, length: number): void {
  if (back < 1 || back > to || to + length > bytes.length) throw new Error("a copy goes beyond the ends");
  if (back >= length) bytes.copyWithin(to, to - back, to - back + length);
  else for (let at = to; at < to + length; at++) bytes[at] = bytes[at - back] as number;
}
