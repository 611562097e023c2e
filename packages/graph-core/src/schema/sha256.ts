import { hash } from "node:crypto";

/** sha-256 in lower-case hex. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash("sha256", data);
}
