import { GraphError } from "../contract/error.ts";

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Codecs copy typed arrays as they lie in memory; on a big-endian machine that would change every digest. */
export function requireLittleEndian(): void {
  if (!littleEndian) {
    throw new GraphError("values cannot be encoded on a big-endian machine", {
      code: "TENON1165",
      category: "invariant",
      hint: "run on a little-endian machine (x86-64, arm64)",
    });
  }
}
