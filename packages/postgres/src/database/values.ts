import pg from "pg";

/** Type oids, as in the server's catalogue `pg_type`. */
const BYTEA = 17;
const INT8 = 20;
const INT8_ARRAY = 1016;
const XID8 = 5069;
/** date, timestamp, timestamptz, interval and their arrays; point, circle: text, because pg's objects lose precision or zone. */
const AS_TEXT: ReadonlySet<number> = new Set([1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 600, 718, 1017, 719]);

type Parse = (text: string) => unknown;

const parserOf = pg.types.getTypeParser as (oid: number, format: "text") => Parse;
const parseInt8Array = parserOf(INT8_ARRAY, "text");
const same: Parse = (text) => text;

/**
 * How values come out of the server, per client: nothing global is changed. `int8`, `int8[]` and `xid8` as `bigint`,
 * `bytea` as `Uint8Array` with a buffer of its own, times and `numeric` as text, the rest as `pg` does.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format === "binary") return pg.types.getTypeParser(oid, "binary");
    if (oid === INT8 || oid === XID8) return BigInt;
    if (oid === BYTEA) return bytesOfText;
    if (oid === INT8_ARRAY) return (text: string) => toBigInts(parseInt8Array(text));
    if (AS_TEXT.has(oid)) return same;
    return pg.types.getTypeParser(oid, "text");
  }) as pg.CustomTypesConfig["getTypeParser"],
};

/** Everything as the server wrote it. */
export const textTypes: pg.CustomTypesConfig = {
  getTypeParser: (() => same) as pg.CustomTypesConfig["getTypeParser"],
};

/** Of the text of a `bytea`: `\x` and two hexadecimal digits per byte. */
export function bytesOfText(text: string): Uint8Array {
  if (!text.startsWith("\\x")) return new Uint8Array(pg.types.getTypeParser(BYTEA, "text")(text) as unknown as Buffer);
  const bytes = Buffer.allocUnsafeSlow((text.length - 2) / 2);
  bytes.write(text.slice(2), "hex");
  return new Uint8Array(bytes.buffer, 0, bytes.length);
}

function toBigInts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBigInts);
  return value === null ? null : BigInt(value as string);
}
