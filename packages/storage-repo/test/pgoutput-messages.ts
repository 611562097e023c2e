/** Messages as the server builds them: PostgreSQL manual, "Logical Replication Message Formats". */

const text = (value: string) => Buffer.concat([Buffer.from(value), Buffer.of(0)]);
const int16 = (value: number) => Buffer.of(value >> 8, value & 255);

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

export function message(kind: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(kind), ...parts]);
}

export const begin = message("B", int64(1n), int64(0n), int32(7));

export function commit(endLsn: bigint): Buffer {
  return message("C", Buffer.of(0), int64(endLsn - 8n), int64(endLsn), int64(0n));
}

export const COLUMNS = ["xid", "seq", "at_ms", "lanes", "schema_v", "settled_seq", "body"] as const;

export function relation(columns: readonly string[], { id = 5, name = "change_batch" } = {}): Buffer {
  return message(
    "R",
    int32(id),
    text("repo"),
    text(name),
    Buffer.from("d"),
    int16(columns.length),
    ...columns.map((column) => Buffer.concat([Buffer.of(0), text(column), int32(20), int32(-1)])),
  );
}

/** Text, NULL, or a kind of value that this feed never holds. */
export type Value = string | null | { readonly kind: string };

export function insert(values: readonly Value[], id = 5): Buffer {
  return message("I", int32(id), Buffer.from("N"), int16(values.length), ...values.map(valueBytes));
}

function valueBytes(value: Value): Buffer {
  if (value === null) return Buffer.from("n");
  if (typeof value !== "string") return Buffer.from(value.kind);
  return Buffer.concat([Buffer.from("t"), int32(Buffer.byteLength(value)), Buffer.from(value)]);
}
