import { expect, test } from "vitest";
import { encodeBatch, patched, record } from "../testing/encode-batch.ts";
import { TIME_HEADER, toWire } from "../to-wire.ts";
import { decompressed } from "./decompressed.ts";
import { recordsOf } from "./pack.ts";

const AT = { topic: "t", partition: 0 };

const batch = (firstOffset: number, count: number, options: Parameters<typeof encodeBatch>[1] = {}) =>
  encodeBatch(
    Array.from({ length: count }, (_, at) => record(`${firstOffset + at}`)),
    { firstOffset, ...options },
  );

function offsetsOf(
  batches: readonly Buffer[],
  aborted: readonly { producerId: bigint; firstOffset: number }[] = [],
  from = 0,
) {
  return recordsOf(AT, { batches: Buffer.concat(batches), aborted }, from).map(({ offset }) => offset);
}

test("event time travels in a header of ours, which readers do not see", () => {
  const wire = toWire({ ...AT, key: "k", timeMs: 7, headers: { a: "b" }, value: Uint8Array.of(0) });
  const batches = encodeBatch([wire, wire], { firstOffset: 4, timeMs: 9 });
  const read = { ...AT, key: "k", timeMs: 7, appendedAtMs: 9, headers: { a: "b" }, value: Uint8Array.of(0) };
  expect(recordsOf(AT, { batches, aborted: [] }, 0)).toEqual([
    { ...read, offset: 4 },
    { ...read, offset: 5 },
  ]);
});

test("records of other producers are readable: without key, value or our time", () => {
  const foreign = { key: null, value: null, headers: [[TIME_HEADER, Buffer.from("soon")]] as const };
  const batches = encodeBatch([foreign], { firstOffset: 3, timeMs: 9 });
  expect(recordsOf(AT, { batches, aborted: [] }, 0)).toEqual([
    { ...AT, offset: 3, key: "", timeMs: 9, appendedAtMs: 9, headers: {}, value: new Uint8Array(0) },
  ]);
});

test("where the broker's time counts, it is the time of each record", () => {
  const batches = batch(0, 2, { timeMs: 9, appendedAtMs: 12 });
  expect(recordsOf(AT, { batches, aborted: [] }, 0).map(({ appendedAtMs }) => appendedAtMs)).toEqual([12, 12]);
});

test("a batch that begins before the offset asked for gives its later records only", () => {
  expect(offsetsOf([batch(0, 10)], [], 7)).toEqual([7, 8, 9]);
});

test("a last batch that the answer's bound has cut is left for the next fetch", () => {
  const cut = batch(2, 2);
  for (let length = 0; length < cut.length; length++)
    expect(offsetsOf([batch(0, 2), cut.subarray(0, length)])).toEqual([0, 1]);
});

test("records of aborted transactions and the protocol's marks are left out, others between them are not", () => {
  const mark = (firstOffset: number, producerId: bigint) =>
    batch(firstOffset, 1, { producerId, control: true, transactional: true });
  const batches = [
    batch(0, 2, { producerId: 1n, transactional: true }),
    batch(2, 2, { producerId: 2n, transactional: true }),
    batch(4, 1),
    mark(5, 1n),
    batch(6, 2, { producerId: 1n, transactional: true }),
    mark(8, 2n),
    mark(9, 1n),
  ];
  expect(offsetsOf(batches, [{ producerId: 1n, firstOffset: 0 }])).toEqual([2, 3, 4, 6, 7]);
});

test("headers given twice count last, and records after another's headers have their own", () => {
  const twice = {
    ...record("1"),
    headers: [
      ["a", Buffer.from("1")],
      ["a", Buffer.from("2")],
    ] as const,
  };
  const timed = {
    ...record("2"),
    headers: [
      [TIME_HEADER, Buffer.from("5")],
      ["a", Buffer.from("3")],
    ] as const,
  };
  const batches = encodeBatch([twice, timed, timed, record("3"), twice, record("4", { a: "4" })]);
  const read = recordsOf(AT, { batches, aborted: [] }, 0);
  expect(read.map(({ headers, timeMs }) => [headers.a, timeMs])).toEqual([
    ["2", 0],
    ["3", 5],
    ["3", 5],
    [undefined, 0],
    ["2", 0],
    ["4", 0],
  ]);
});

const first = (read: Uint8Array) => () => recordsOf(AT, { batches: read, aborted: [] }, 0);

test("what cannot be read is refused by name, with its place", () => {
  const refuses = (read: Uint8Array, detail: string) =>
    expect(first(read)).toThrow(
      expect.objectContaining({
        code: "TENON1566",
        message: expect.stringContaining("the batch at offset 5 of t/0 cannot be read"),
        detail: expect.stringContaining(detail),
      }),
    );
  const whole = batch(5, 3);
  refuses(
    patched(whole, (bytes) => bytes.writeInt8(1, 16)),
    "format 2, Kafka's since 0.11, found format 1",
  );
  refuses(
    patched(whole, (bytes) => bytes.writeInt16BE(5, 21)),
    "none, gzip, snappy, lz4 or zstd, found number 5",
  );
  for (const [compression, name] of [
    [1, "gzip"],
    [2, "snappy"],
    [3, "lz4"],
    [4, "zstd"],
  ] as const)
    refuses(
      patched(whole, (bytes) => bytes.writeInt16BE(compression, 21)),
      name,
    );
  refuses(
    patched(whole, (bytes) => bytes.writeInt32BE(4, 57)),
    "4 records that fill it",
  );
  refuses(
    patched(whole, (bytes) => bytes.writeInt32BE(2, 57)),
    "bytes behind its last record",
  );
  refuses(
    patched(whole, (bytes) => bytes.writeInt8(120, 61)),
    "records beyond its end",
  );
  refuses(
    Buffer.concat([whole.subarray(0, 8), Buffer.from([0, 0, 0, 1]), whole.subarray(12)]),
    "a length of at least 5",
  );
});

test("a batch that would fill the memory is refused", () => {
  const place = { ...AT, offset: 5 };
  for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
    const packed = encodeBatch([record("x".repeat(100_000))], { compression });
    const [body, kind] = [packed.subarray(61), packed.readInt16BE(21) & 7];
    expect(decompressed(place, body, kind, 100_100).length).toBeGreaterThan(100_000);
    expect(() => decompressed(place, body, kind, 100_000)).toThrow(
      expect.objectContaining({
        code: "TENON1566",
        detail: expect.stringContaining(`${compression} of at most 100000`),
      }),
    );
  }
});

test("snappy of Java's stream is read block by block, and all of them count", () => {
  const packed = encodeBatch([record("x".repeat(1_000))], { compression: "snappy" });
  const block = packed.subarray(61);
  const length = Buffer.alloc(4);
  length.writeInt32BE(block.length);
  const stream = Buffer.concat([Buffer.from("\x82SNAPPY\0", "latin1"), Buffer.alloc(8), length, block, length, block]);
  const place = { ...AT, offset: 5 };
  const one = decompressed(place, block, 2);
  expect(Buffer.from(decompressed(place, stream, 2))).toEqual(Buffer.concat([one, one]));
  expect(() => decompressed(place, stream, 2, one.length * 2 - 1)).toThrow(
    expect.objectContaining({ code: "TENON1566" }),
  );
  expect(() => decompressed(place, stream.subarray(0, -1), 2)).toThrow(expect.objectContaining({ code: "TENON1566" }));
});

test("what comes before an unreadable batch is given first", () => {
  const broken = patched(batch(2, 1), (bytes) => bytes.writeInt8(1, 16));
  expect(offsetsOf([batch(0, 2), broken])).toEqual([0, 1]);
  expect(() => offsetsOf([batch(0, 2), broken], [], 2)).toThrow(expect.objectContaining({ code: "TENON1566" }));
});
