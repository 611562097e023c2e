import { describe, expect, test } from "vitest";
import { PgOutputDecoder } from "./pgoutput.ts";

/** Messages as the server builds them: manual, "Logical Replication Message Formats". */
const text = (value: string) => Buffer.concat([Buffer.from(value), Buffer.of(0)]);
const int16 = (value: number) => Buffer.from(Uint8Array.of(value >> 8, value & 255));
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const message = (kind: string, ...parts: readonly Buffer[]) => Buffer.concat([Buffer.from(kind), ...parts]);

const begin = message("B", int64(1n), int64(0n), int32(7));
const commit = (endLsn: bigint) => message("C", Buffer.of(0), int64(endLsn - 8n), int64(endLsn), int64(0n));
const relation = (columns: readonly string[], { id = 5, name = "change_batch" } = {}) =>
  message(
    "R",
    int32(id),
    text("repo"),
    text(name),
    Buffer.from("d"),
    int16(columns.length),
    ...columns.map((column) => Buffer.concat([Buffer.of(0), text(column), int32(20), int32(-1)])),
  );
type Value = string | null | { readonly kind: string };
const tuple = (values: readonly Value[]) =>
  Buffer.concat([
    int16(values.length),
    ...values.map((value) => {
      if (value === null) return Buffer.from("n");
      if (typeof value !== "string") return Buffer.from(value.kind);
      return Buffer.concat([Buffer.from("t"), int32(Buffer.byteLength(value)), Buffer.from(value)]);
    }),
  ]);
const insert = (values: readonly Value[], id = 5) => message("I", int32(id), Buffer.from("N"), tuple(values));

const COLUMNS = ["xid", "seq", "at_ms", "lanes", "schema_v", "settled_seq", "body"];
const ROW = ["18446744073709551615", "9223372036854775807", "1700000000000", "3", "2", null, "[]"] as const;

function decoderWith(columns: readonly string[] = COLUMNS): PgOutputDecoder {
  const decoder = new PgOutputDecoder();
  decoder.push(begin);
  decoder.push(relation(columns));
  return decoder;
}

describe("transactions", () => {
  test("come whole, at their commit, with its end as the position", () => {
    const decoder = decoderWith();
    expect(decoder.push(insert(ROW))).toBeUndefined();
    expect(decoder.push(insert([...ROW.slice(0, 5), "41", "[]"]))).toBeUndefined();
    expect(decoder.inTransaction).toBe(true);
    const transaction = decoder.push(commit(1n << 40n));
    expect(decoder.inTransaction).toBe(false);
    expect(transaction).toMatchObject({ endLsn: 1n << 40n });
    expect(transaction?.rows).toMatchObject([
      {
        xid: 2n ** 64n - 1n,
        seq: 2n ** 63n - 1n,
        atMs: 1_700_000_000_000,
        lanes: 3,
        schemaVersion: 2,
        settledSeq: undefined,
      },
      { settledSeq: 41n },
    ]);
  });

  test("without rows of ours are told too: their end is a position", () => {
    const decoder = new PgOutputDecoder();
    decoder.push(begin);
    expect(decoder.push(commit(900n))).toEqual({ endLsn: 900n, rows: [] });
  });
});

describe("a table that changes in mid-stream", () => {
  test("columns are found by name after they moved, and new ones are ignored", () => {
    const decoder = decoderWith();
    decoder.push(insert(ROW));
    decoder.push(relation(["note", ...[...COLUMNS].reverse()]));
    decoder.push(insert(["new", ...[...ROW].reverse()]));
    const { rows } = decoder.push(commit(9n)) ?? { rows: [] };
    expect(rows[1]).toEqual(rows[0]);
  });

  test("a column that is gone ends the reading", () => {
    const decoder = decoderWith(COLUMNS.slice(0, 6));
    expect(() => decoder.push(insert(ROW.slice(0, 6)))).toThrow(/TENON1536.*|row without body/);
  });
});

describe("what the feed does not contain ends the reading", () => {
  test.each([
    ["an unchanged large value, which is no value", insert([...ROW.slice(0, 6), { kind: "u" }])],
    ["a binary value", insert([...ROW.slice(0, 6), { kind: "b" }])],
    ["a row of a table that was not announced", insert(ROW, 6)],
    ["an update", message("U", int32(5))],
    ["a truncation", message("T", int32(1), Buffer.of(0), int32(5))],
    ["a streamed block of a transaction that is still open", message("S", int32(7), Buffer.of(1))],
    ["a transaction inside another", begin],
  ])("%s", (_, bytes) => {
    expect(() => decoderWith().push(bytes)).toThrow("TENON1536");
  });

  test("a row of another table of the publication", () => {
    const decoder = decoderWith();
    decoder.push(relation(COLUMNS, { id: 6, name: "ad_group" }));
    expect(() => decoder.push(insert(ROW, 6))).toThrow("TENON1536");
  });

  test("rows and commits outside a transaction", () => {
    const decoder = decoderWith();
    decoder.push(commit(9n));
    expect(() => decoder.push(insert(ROW))).toThrow("TENON1536");
    expect(() => decoder.push(commit(10n))).toThrow("TENON1536");
  });
});
