import fc from "fast-check";
import { expect, test } from "vitest";
import { type LogRecord, RecordKind } from "./append-sink.ts";
import { decodeSegment, encodeFrame, encodeHeader, type SegmentHeader } from "./segment-format.ts";

const HEADER: SegmentHeader = {
  graph: "ad-request",
  planHash: "p",
  topologyHash: "t",
  slots: { featureLogRecord: "f" },
  featureSchemas: { light: "l" },
  versions: { clickModel: "click@1" },
  createdAtMs: 1,
};

const record = fc.record({
  kind: fc.constantFrom(...Object.values(RecordKind)),
  payload: fc.uint8Array({ maxLength: 200 }),
});
const records = fc.array(record, { maxLength: 8 });
const RUNS = { numRuns: 300 };

function segmentOf(given: readonly LogRecord[]): { readonly bytes: Buffer; readonly ends: readonly number[] } {
  const header = encodeHeader(HEADER);
  const frames = given.map(encodeFrame);
  const ends = frames.map(
    (_, at) => header.length + frames.slice(0, at + 1).reduce((sum, frame) => sum + frame.length, 0),
  );
  return { bytes: Buffer.concat([header, ...frames]), ends: [header.length, ...ends] };
}

const plain = (given: readonly LogRecord[]) => given.map(({ kind, payload }) => ({ kind, payload: [...payload] }));

test("what was written is read back, in order, with the header", () => {
  fc.assert(
    fc.property(records, (given) => {
      const { header, records: read, tornBytes } = decodeSegment(segmentOf(given).bytes, "s");
      expect(header).toEqual(HEADER);
      expect(plain(read)).toEqual(plain(given));
      expect(tornBytes).toBe(0);
    }),
    RUNS,
  );
});

test("cut anywhere, every record that was whole is read, and the rest is counted as torn", () => {
  fc.assert(
    fc.property(records, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
      const { bytes, ends } = segmentOf(given);
      const cut = Math.round((ends[0] as number) + share * (bytes.length - (ends[0] as number)));
      const { records: read, soundBytes, tornBytes } = decodeSegment(bytes.subarray(0, cut), "s");
      const whole = ends.filter((end) => end <= cut).length - 1;
      expect(plain(read)).toEqual(plain(given.slice(0, whole)));
      expect(soundBytes).toBe(ends[whole]);
      expect(tornBytes).toBe(cut - soundBytes);
    }),
    RUNS,
  );
});

test("a changed byte is never read as a record: it is torn at the end, damage before it", () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 2, maxLength: 5 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (given, share) => {
        const { bytes, ends } = segmentOf(given);
        const at = Math.floor((ends[0] as number) + share * (bytes.length - (ends[0] as number)));
        bytes[at] = (bytes[at] as number) ^ 0x40;
        const frame = ends.findIndex((end) => end > at) - 1;
        let read: readonly LogRecord[] | undefined;
        try {
          read = decodeSegment(bytes, "s").records;
        } catch (error) {
          expect(error).toMatchObject({ code: "TENON1620" });
        }
        if (read !== undefined) expect(plain(read)).toEqual(plain(given.slice(0, frame)));
      },
    ),
    RUNS,
  );
});

test("damage with sound records behind it is reported with its place, not taken for an end", () => {
  const given = ["first", "second"].map((content) => ({ kind: RecordKind.adEvent, payload: Buffer.from(content) }));
  const { bytes, ends } = segmentOf(given);
  const last = Buffer.from(bytes);
  last[last.length - 1] = 0;
  expect(decodeSegment(last, "s").records.length).toBe(1);
  bytes[(ends[1] as number) - 1] = 0;
  expect(() => decodeSegment(bytes, "s")).toThrow(`TENON1620 log segment "s" is damaged at byte ${ends[0]}`);
});

test("another file, another version and half a header are told apart from damage", () => {
  const { bytes } = segmentOf([]);
  const other = Buffer.from(bytes);
  other.writeUInt16LE(9, 8);
  for (const foreign of [Buffer.from("hello"), Buffer.alloc(100), other, bytes.subarray(0, 30)]) {
    expect(() => decodeSegment(foreign, "s")).toThrow("TENON1621");
  }
});
