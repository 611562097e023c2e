import { describe, expect, test } from "vitest";
import { begin, COLUMNS, commit, insert, int32, message, relation } from "../../test/pgoutput-messages.ts";
import { PgOutputDecoder } from "./pgoutput.ts";

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
