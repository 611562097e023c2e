const decoder = new TextDecoder();

/** Longer text is worth the decoder's call. */
const SHORT_TEXT_BYTES = 128;

/** Keys and headers are short and mostly ASCII: that takes a third of the decoder's time. Bytes that are not UTF-8 are replaced. */
export function textOf(bytes: Uint8Array, start: number, until: number): string {
  const end = Math.min(until, bytes.length);
  if (end - start > SHORT_TEXT_BYTES) return decoder.decode(bytes.subarray(start, end));
  for (let at = start; at < end; at++)
    if ((bytes[at] as number) > 0x7f) return decoder.decode(bytes.subarray(start, end));
  return start < end ? Buffer.prototype.latin1Slice.call(bytes, start, end) : "";
}

/** Digits that every number of which is a safe integer. */
const DIGITS_MAX = 15;

/** A whole number from 0 in decimal digits, or `undefined` for anything else. */
export function wholeNumberOf(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (start >= end || end - start > DIGITS_MAX) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
