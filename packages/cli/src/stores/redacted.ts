/** Values of records may be about people: without being asked for, only their shape is shown. */
import { createHash } from "node:crypto";

const DIGEST_CHARACTERS = 10;
const FIELDS_MAX = 24;

/** Tells equal keys apart from others, and nothing else. */
export function digestOf(key: string): string {
  return `#${createHash("sha256").update(key).digest("hex").slice(0, DIGEST_CHARACTERS)}`;
}

/** `{ adId: number, tags: list of 3 }`. */
export function shapeOf(value: unknown): string {
  if (value === null || typeof value !== "object") return kindOf(value);
  if (Array.isArray(value)) return `list of ${value.length}`;
  const fields = Object.entries(value);
  const shown = fields.slice(0, FIELDS_MAX).map(([name, each]) => `${name}: ${kindOf(each)}`);
  return `{ ${[...shown, ...(fields.length > FIELDS_MAX ? ["…"] : [])].join(", ")} }`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `list of ${value.length}`;
  return typeof value === "string" ? `text of ${value.length}` : typeof value;
}
