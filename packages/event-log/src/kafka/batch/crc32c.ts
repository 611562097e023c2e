/** CRC-32C (Castagnoli), the checksum of record batches; RFC 3720, appendix B.4. */

const REVERSED_POLYNOMIAL = 0x82f63b78;
/** Bytes that one step takes: more tables than these cost more cache than they save. */
const STEP = 16;
/** The table of row n says what a byte does that stands n bytes before the end of a step. */
const TABLES = tables();

function tables(): Int32Array {
  const made = new Int32Array(256 * STEP);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256] as number;
    made[at] = (before >>> 8) ^ (made[before & 0xff] as number);
  }
  return made;
}

/** @returns the checksum of `bytes` from `start` to `end`, 0 to 2^32 - 1 */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const table = (row: number, byte: number) => TABLES[(row << 8) | byte] as number;
  const b = (at: number) => bytes[at] as number;
  let crc = -1;
  let at = start;
  for (; at + STEP <= end; at += STEP) {
    const first = crc ^ (b(at) | (b(at + 1) << 8) | (b(at + 2) << 16) | (b(at + 3) << 24));
    crc =
      table(15, first & 0xff) ^
      table(14, (first >>> 8) & 0xff) ^
      table(13, (first >>> 16) & 0xff) ^
      table(12, first >>> 24) ^
      table(11, b(at + 4)) ^
      table(10, b(at + 5)) ^
      table(9, b(at + 6)) ^
      table(8, b(at + 7)) ^
      table(7, b(at + 8)) ^
      table(6, b(at + 9)) ^
      table(5, b(at + 10)) ^
      table(4, b(at + 11)) ^
      table(3, b(at + 12)) ^
      table(2, b(at + 13)) ^
      table(1, b(at + 14)) ^
      table(0, b(at + 15));
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table(0, (crc ^ b(at)) & 0xff);
  return ~crc >>> 0;
}
