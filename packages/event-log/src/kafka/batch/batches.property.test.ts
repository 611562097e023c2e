import { createRequire } from "node:module";
import { Reader, readRecordsBatches } from "@platformatic/kafka";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LogRecord } from "../../api/event-log.ts";
import { encodeBatch } from "../testing/encode-batch.ts";
import { crc32c } from "./crc32c.ts";
import { Cursor } from "./cursor.ts";
import { pack, recordsOf } from "./pack.ts";
import { RecordReader } from "./record-reader.ts";

const AT = { topic: "t", partition: 0 };
const COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

const text = fc.string({ unit: "grapheme", maxLength: 200 });
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // What compresses: short repeats, and repeats of themselves.
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 7 }), fc.nat(3_000))
    .map(([some, length]) => Uint8Array.from({ length }, (_, at) => some[at % some.length] as number)),
);
const wireRecord = fc.record({
  key: fc.option(text.map((key) => new Uint8Array(Buffer.from(key)))),
  value: fc.option(bytes),
  headers: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom("a", "schema", "ü", "tenon-other"),
      text.map((value) => new Uint8Array(Buffer.from(value))),
    ),
    {
      maxLength: 4,
      selector: ([name]) => name,
    },
  ),
});
const written = fc.record({
  records: fc.array(wireRecord, { minLength: 1, maxLength: 30 }),
  options: fc.record({
    compression: fc.constantFrom(...COMPRESSIONS),
    /** Records gone before it. */
    gap: fc.oneof(fc.constant(0), fc.nat(2 ** 40)),
    timeMs: fc.nat(2 ** 45),
    laterMs: fc.array(fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -(2 ** 45), max: 2 ** 45 }))),
    appendedAtMs: fc.option(fc.nat(2 ** 45), { nil: undefined }),
  }),
});

type Written = typeof written extends fc.Arbitrary<infer Value> ? Value : never;

/** Batches one after the other, as a partition holds them, and the offset behind them. */
function partitionOf(all: readonly Written[]): { readonly batches: Buffer; readonly end: number } {
  let end = 0;
  const batches = all.map(({ records, options: { gap, ...options } }) => {
    const firstOffset = end + gap;
    end = firstOffset + records.length;
    return encodeBatch(records, { ...options, firstOffset });
  });
  return { batches: Buffer.concat(batches), end };
}

interface Said {
  readonly offset: number;
  readonly timeMs: number;
  readonly key: string;
  readonly value: readonly number[];
  readonly headers: readonly (readonly [string, string])[];
}

function said({ offset, appendedAtMs, key, value, headers }: LogRecord): Said {
  return { offset, timeMs: appendedAtMs, key, value: [...value], headers: Object.entries(headers).sort() };
}

function byPlatformatic(batches: Buffer): readonly Said[] {
  return readRecordsBatches(Reader.from(batches)).flatMap((batch) =>
    batch.records.map((each) => ({
      offset: Number(batch.firstOffset) + each.offsetDelta,
      timeMs: Number((batch.attributes & 8) === 0 ? batch.firstTimestamp + each.timestampDelta : batch.maxTimestamp),
      key: String(each.key ?? ""),
      value: [...(each.value ?? [])],
      headers: each.headers.map(([name, value]) => [String(name), String(value)] as const).toSorted(),
    })),
  );
}

interface KafkajsMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

const require = createRequire(import.meta.url);
const KafkajsDecoder = require("kafkajs/src/protocol/decoder") as new (
  bytes: Buffer,
) => { canReadBytes(count: number): boolean };
const kafkajsBatch = require("kafkajs/src/protocol/recordBatch/v0/decoder") as (
  decoder: object,
) => Promise<{ records: KafkajsMessage[] }>;

async function byKafkajs(batches: Buffer): Promise<readonly Said[]> {
  const decoder = new KafkajsDecoder(batches);
  const all: Said[] = [];
  while (decoder.canReadBytes(49))
    for (const { offset, timestamp, key, value, headers } of (await kafkajsBatch(decoder)).records)
      all.push({
        offset: Number(offset),
        timeMs: Number(timestamp),
        key: String(key ?? ""),
        value: [...(value ?? [])],
        headers: Object.entries(headers)
          .map(([name, each]) => [name, String(each)] as const)
          .toSorted(),
      });
  return all;
}

test("records are what the clients' own decoders say, whatever the compression", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 4 }), async (all) => {
      const { batches } = partitionOf(all);
      const ours = recordsOf(AT, { batches, aborted: [] }, 0).map(said);
      expect(ours).toEqual(byPlatformatic(batches));
      // kafkajs has no decoder for three of the four.
      if (all.every(({ options }) => ["none", "gzip"].includes(options.compression)))
        expect(ours).toEqual(await byKafkajs(batches));
    }),
    { numRuns: 100 },
  );
});

test("a batch with any byte changed that its checksum covers is refused, and so is a wrong checksum or format", () => {
  fc.assert(
    fc.property(written, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, change) => {
      const { batches: batch } = partitionOf([one]);
      const at = 16 + (place % (batch.length - 16));
      batch[at] = (batch[at] as number) ^ change;
      expect(() => recordsOf(AT, { batches: batch, aborted: [] }, 0)).toThrow(
        expect.objectContaining({ code: "TENON1566" }),
      );
    }),
    { numRuns: 300 },
  );
});

test("bytes of any kind give records or a named refusal, and end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(0, 1, 2, 3, 4), (body, compression) => {
      const batch = Buffer.concat([encodeBatch([{ key: null, value: null, headers: [] }]).subarray(0, 61), body]);
      batch.writeInt32BE(batch.length - 12, 8);
      batch.writeInt16BE(compression, 21);
      batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
      try {
        recordsOf(AT, { batches: batch, aborted: [] }, 0);
      } catch (error) {
        expect(error).toMatchObject({ code: "TENON1566" });
      }
    }),
    { numRuns: 500 },
  );
});

test("taken in any portions, records are the same, and no portion is larger than the room", () => {
  const room = fc.record({ records: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 1, max: 4_000 }) });
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 3 }), fc.array(room, { minLength: 1 }), (all, rooms) => {
      const { batches, end } = partitionOf(all);
      const fetched = { batches, aborted: [] };
      const reader = new RecordReader(AT);
      const taken: LogRecord[] = [];
      for (let from = 0, turn = 0; from < end; turn++) {
        const limit = rooms[turn % rooms.length] as (typeof rooms)[0];
        const packed = pack(AT, fetched, from, { ...limit, empty: true });
        const before = taken.length;
        let bytes = 0;
        for (const run of packed.runs) {
          const cursor = new Cursor(run.bytes);
          for (let read = 0; read < run.records; read++) {
            taken.push(reader.read(run, cursor));
            bytes += reader.bytes;
          }
          expect(cursor.at).toBe(run.bytes.length);
        }
        expect(taken.length - before).toBe(packed.records);
        expect(packed.records).toBeGreaterThan(0);
        if (packed.records > 1) expect(packed.records <= limit.records && packed.bytes <= limit.bytes).toBe(true);
        expect(bytes).toBeLessThanOrEqual(packed.bytes);
        from = packed.nextOffset;
      }
      expect(taken.map(said)).toEqual(recordsOf(AT, fetched, 0).map(said));
    }),
    { numRuns: 100 },
  );
});

test("the checksum is Castagnoli's: its check value, and the same in any alignment", () => {
  expect(crc32c(Buffer.from("123456789"), 0, 9)).toBe(0xe3069283);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(40), (data, before) => {
      const moved = Buffer.concat([Buffer.alloc(before), data]);
      expect(crc32c(moved, before, moved.length)).toBe(crc32c(data, 0, data.length));
    }),
  );
});
