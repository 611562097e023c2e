import { isDeepStrictEqual } from "node:util";
import type { U8Column } from "@tenon/graph-core";
import type { EntityColumn } from "@tenon/storage-repo/api";

/** Whether a derived value would be stored as what is there: JSON has no order of keys and no undefined. */
export function sameColumn({ type }: Pick<EntityColumn, "type">, derived: unknown, stored: unknown): boolean {
  if (derived === null || derived === undefined || stored === null || stored === undefined)
    return (derived ?? null) === (stored ?? null);
  if (type === "bytes") return bytesOf(derived).equals(bytesOf(stored));
  return type === "json" ? isDeepStrictEqual(asStored(derived), asStored(stored)) : derived === stored;
}

/** For telling whether two derivations came to the same. */
export function columnText({ type }: Pick<EntityColumn, "type">, value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (type === "bytes") return bytesOf(value).toString("base64");
  return typeof value === "bigint" ? `${value}n` : JSON.stringify(asStored(value));
}

function asStored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function bytesOf(value: unknown): Buffer {
  const column = value as U8Column;
  return Buffer.from(Uint8Array.from({ length: column.length }, (_, index) => column.at(index)));
}
