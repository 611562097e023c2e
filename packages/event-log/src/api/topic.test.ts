import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DEAD_LETTER_HEADER, deadLetterFacts, deadLetterOf, onUnreadable } from "./dead-letter.ts";
import type { LogRecord } from "./event-log.ts";
import { HEADERS_MAX, SCHEMA_HEADER } from "./limits.ts";
import { checkRecords } from "./record-size.ts";
import { deadLetterTopicOf, type Topic, topic } from "./topic.ts";

const OPTIONS = {
  owner: "ads-measurement",
  purpose: "what users did with ads",
  partitions: 4,
  class: "event",
  unreadable: "deadLetter",
  retentionMs: 3_600_000,
} as const;

const eventSchema = z.object({
  adId: z.int().min(1),
  action: z.enum(["view", "click"]),
  costMicros: z.int(),
  total: z.bigint(),
  tags: z.array(z.string()).max(3),
  place: z.object({ slot: z.int() }).nullable(),
  note: z.string().optional(),
  by: z.record(z.string(), z.bigint()),
});
const Events = topic("ad-events", eventSchema, OPTIONS);

const safeBigints = fc.maxSafeInteger().map(BigInt);
const events = fc.record(
  {
    adId: fc.integer({ min: 1 }),
    action: fc.constantFrom("view" as const, "click" as const),
    costMicros: fc.maxSafeInteger(),
    total: safeBigints,
    tags: fc.array(fc.string({ unit: "binary" }), { maxLength: 3 }),
    place: fc.option(fc.record({ slot: fc.integer() })),
    note: fc.string(),
    by: fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      safeBigints,
      { noNullPrototype: true },
    ),
  },
  { requiredKeys: ["adId", "action", "costMicros", "total", "tags", "place", "by"] },
);

function recordOf(value: string | Uint8Array, headers: Record<string, string> = {}): LogRecord {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return { topic: "ad-events", partition: 1, offset: 7, key: "k", timeMs: 5, appendedAtMs: 9, headers, value: bytes };
}

describe("codec", () => {
  test("what fits comes back equal", () => {
    fc.assert(
      fc.property(events, (value) => {
        const record = Events.record({ key: "k", timeMs: 1, value });
        expect(Events.decode(record)).toEqual({ value });
      }),
    );
  });

  test("decode says what zod says of any JSON, and never throws", () => {
    const schema = z.strictObject({
      adId: z.int().min(1),
      action: z.enum(["view", "click"]),
      tags: z.array(z.string()),
    });
    const strict = topic("strict", schema, OPTIONS);
    const almost = fc.record({ adId: fc.jsonValue(), action: fc.constantFrom("view", "x"), tags: fc.jsonValue() });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), almost), (json) => {
        const decoded = strict.decode(recordOf(JSON.stringify(json)));
        expect("value" in decoded).toBe(schema.safeParse(json).success);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect("unreadable" in strict.decode(recordOf(bytes))).toBe(true);
      }),
    );
  });

  test("each way to be unreadable is told by its name, and the value is not quoted", () => {
    const reasonOf = (value: string | Uint8Array, headers = {}) => {
      const decoded = Events.decode(recordOf(value, headers));
      return "unreadable" in decoded ? decoded.unreadable : undefined;
    };
    expect(reasonOf(Uint8Array.of(0xff, 0xfe))).toMatchObject({ reason: "notText" });
    expect(reasonOf('{"secret-word":')).toEqual({ reason: "notJson", detail: "15 bytes that are not JSON" });
    expect(reasonOf('{"adId":0}')).toEqual({
      reason: "doesNotFit",
      detail: 'expected a number >= 1 at "adId", found 0',
    });
    expect(reasonOf("{}", { [SCHEMA_HEADER]: "0123" })).toMatchObject({ reason: "schemaUnknown" });
  });

  test("a field called __proto__ is refused like any unknown one, with and without bigints", () => {
    const plain = topic("plain", z.object({ a: z.int() }), OPTIONS);
    const big = topic("big", z.object({ a: z.bigint() }), OPTIONS);
    for (const each of [plain, big] as Topic<unknown>[])
      expect(each.decode(recordOf('{"a":1,"__proto__":5}'))).toHaveProperty("unreadable.reason", "doesNotFit");
  });

  test("a value that does not fit is refused at the producer, with path and owner", () => {
    const wrong = { adId: 0 } as never;
    expect(() => Events.encode(wrong)).toThrow(
      expect.objectContaining({ code: "TENON1551", owner: "ads-measurement" }),
    );
  });

  test("a bigint that a double cannot hold is refused instead of rounded", () => {
    const big = topic("big", z.object({ a: z.bigint() }), OPTIONS);
    expect(Events.decode(recordOf("{}"))).toHaveProperty("unreadable");
    expect(() => big.encode({ a: 2n ** 53n })).toThrow(expect.objectContaining({ code: "TENON1551" }));
    expect(big.decode(recordOf('{"a":9007199254740993}'))).toHaveProperty("unreadable.reason", "doesNotFit");
    expect(big.decode(recordOf('{"a":1.5}'))).toHaveProperty("unreadable.reason", "doesNotFit");
  });
});

describe("releases", () => {
  const older = z.object({ adId: z.int(), place: z.object({ slot: z.int() }) });
  const newer = z.object({
    adId: z.int(),
    place: z.object({ slot: z.int(), page: z.int() }),
    note: z.string().optional(),
  });
  const Newer = topic("placed", newer, OPTIONS);
  const written = Newer.record({ key: "k", timeMs: 1, value: { adId: 1, place: { slot: 2, page: 3 }, note: "x" } });

  test("a release that went back reads the newer one's records when it lists its fingerprint", () => {
    const Older = topic("placed", older, { ...OPTIONS, compatible: [Newer.fingerprint] });
    expect(Older.decode(written)).toEqual({ value: { adId: 1, place: { slot: 2 } } });
  });

  test("without the fingerprint the record is unreadable, although its JSON might fit", () => {
    expect(topic("placed", older, OPTIONS).decode(written)).toHaveProperty("unreadable.reason", "schemaUnknown");
  });

  test("fields are dropped only for the fingerprints listed", () => {
    const Older = topic("placed", older, { ...OPTIONS, compatible: [Newer.fingerprint] });
    expect(Older.decode(recordOf('{"adId":1,"place":{"slot":2},"extra":1}'))).toHaveProperty(
      "unreadable.reason",
      "doesNotFit",
    );
  });
});

describe("declaration", () => {
  const declare = (change: object, schema: z.ZodType = z.object({ a: z.int() }), name = "x") =>
    topic(name, schema, { ...OPTIONS, ...change } as never);
  test.each([
    ["control data that skips", () => declare({ class: "control" })],
    ["no partitions", () => declare({ partitions: 0 })],
    ["no retention", () => declare({ retentionMs: 0 })],
    ["no purpose", () => declare({ purpose: " " })],
    ["a name that is no table's", () => declare({}, z.string(), "Ad Events")],
    ["the name of a dead-letter topic", () => declare({}, z.string(), "x.dead")],
    ["a schema outside the value universe", () => declare({}, z.date())],
    ["a bigint in a union", () => declare({}, z.union([z.bigint(), z.string()]))],
    ["undefined in a list", () => declare({}, z.array(z.string().optional()))],
  ])("%s is refused with TENON1550", (_, declared) => {
    expect(declared).toThrow(expect.objectContaining({ code: "TENON1550", owner: "ads-measurement" }));
  });

  test("control data that halts is accepted", () => {
    expect(declare({ class: "control", unreadable: "halt" })).toMatchObject({ class: "control", unreadable: "halt" });
  });
});

describe("dead letters", () => {
  const why = { reason: "doesNotFit", detail: "expected a number" } as const;

  test("a dead letter keeps key, time, partition, bytes and headers, and says why, where and whose", () => {
    const record = recordOf("{broken", { trace: "1" });
    const letter = deadLetterOf(Events, record, why);
    expect(letter).toMatchObject({ topic: "ad-events.dead", partition: 1, key: "k", timeMs: 5, value: record.value });
    expect(letter.headers.trace).toBe("1");
    expect(deadLetterFacts(letter)).toMatchObject({
      ...{
        reason: "doesNotFit",
        topic: "ad-events",
        partition: 1,
        offset: 7,
        owner: "ads-measurement",
        appendedAtMs: 9,
      },
      headersDropped: 0,
    });
    expect(deadLetterTopicOf(Events)).toMatchObject({ name: "ad-events.dead", partitions: 4 });
  });

  test("a dead letter fits every log, however many headers the original has", () => {
    const headers = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`h${String(at).padStart(2, "0")}`, "x".repeat(900)]),
    );
    const letter = deadLetterOf(Events, recordOf("x", headers), { ...why, detail: "é".repeat(5_000) });
    expect(() => checkRecords([letter])).not.toThrow();
    expect(Object.keys(letter.headers).length).toBeLessThanOrEqual(HEADERS_MAX);
    expect(deadLetterFacts(letter)?.headersDropped).toBe(40 - (Object.keys(letter.headers).length - 1));
    expect(letter.headers[DEAD_LETTER_HEADER]).toBeDefined();
  });

  test("a topic that halts gives an error that names the place and the owner instead", () => {
    expect(() => onUnreadable({ owner: "ads-delivery", unreadable: "halt" }, recordOf("x"), why)).toThrow(
      expect.objectContaining({ code: "TENON1565", owner: "ads-delivery" }),
    );
    expect(onUnreadable(Events, recordOf("x"), why).topic).toBe("ad-events.dead");
  });
});

test.each([
  ["too large a value", { value: new Uint8Array(900_001) }],
  ["too long a key", { key: "k".repeat(1_025) }],
  ["half a surrogate pair as key", { key: "\ud800" }],
  ["no event time", { timeMs: 1.5 }],
  ["17 headers", { headers: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`h${at}`, ""])) }],
  ["too long headers", { headers: { a: "x".repeat(16_384) } }],
])("a record with %s is refused with TENON1554", (_, change) => {
  const record = { ...recordOf("x"), ...change };
  expect(() => checkRecords([record])).toThrow(expect.objectContaining({ code: "TENON1554" }));
  expect(() => checkRecords([recordOf("x")])).not.toThrow();
});
