import { U8Column } from "@tenon/graph-core";
import { compileSchema } from "@tenon/graph-core/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { SAMPLE_ENTITIES, SampleGroup } from "../conformance/sample-entities.ts";
import type { RowChange } from "./change.ts";
import { ChangeDecoder, ChangeEncoder } from "./change-codec.ts";
import { entity } from "./entity.ts";
import { laneBits, lanesOfBits } from "./lane.ts";
import { layoutOf, maskTranslator } from "./layout.ts";
import { columnsOfMask, joinMasks, maskOf, masksMeet } from "./mask.ts";
import { read } from "./read.ts";
import { VERSION_MAX, versionOf } from "./version.ts";
import { writeSetSchema } from "./write-set.ts";
import { WriteSetBuilder } from "./write-set-builder.ts";

const masks = fc.integer({ min: 0, max: 2 ** 52 - 1 });

describe("masks of up to 52 columns", () => {
  test("meet and join as sets do", () => {
    fc.assert(
      fc.property(masks, masks, (left, right) => {
        const [one, other] = [BigInt(left), BigInt(right)];
        expect(masksMeet(left, right)).toBe((one & other) !== 0n);
        expect(joinMasks(left, right)).toBe(Number(one | other));
      }),
    );
  });

  test("name their columns and back", () => {
    const names = SampleGroup.columns.map(
      (column) => column.name,
    ) as (keyof (typeof SampleGroup)["types"]["groups"]["bid"])[];
    fc.assert(
      fc.property(fc.subarray(names), (columns) => {
        expect(columnsOfMask(SampleGroup, maskOf(SampleGroup, columns))).toEqual(columns);
      }),
    );
  });

  test("of a read have every column but those that are carried", () => {
    const names = SampleGroup.columns.map(({ name }) => name);
    fc.assert(
      fc.property(fc.subarray(names), (carried) => {
        const { columns, mask } = read(SampleGroup, names as never, { carried: carried as never });
        expect(columns.map(({ name }) => name)).toEqual(names);
        expect(columnsOfMask(SampleGroup, mask)).toEqual(names.filter((name) => !carried.includes(name)));
      }),
    );
  });
});

const versions = fc.bigInt({ min: 0n, max: VERSION_MAX });
const changes: fc.Arbitrary<RowChange> = fc.record(
  {
    entity: fc.constant("sample_group"),
    key: fc.maxSafeInteger(),
    kind: fc.constantFrom("insert", "update", "delete"),
    group: fc.constantFrom("presence", "bid", "signals", "embedding"),
    mask: fc.integer({ min: 0, max: SampleGroup.mask }),
    oldVersion: versions,
    newVersion: versions,
    mappingBefore: fc.array(fc.option(fc.oneof(fc.string(), fc.maxSafeInteger())), { maxLength: 2 }),
    mappingAfter: fc.array(fc.option(fc.oneof(fc.string(), fc.maxSafeInteger())), { maxLength: 2 }),
  },
  { requiredKeys: ["entity", "key", "kind", "group", "mask", "oldVersion", "newVersion"] },
);

describe("change records", () => {
  const layout = layoutOf(SAMPLE_ENTITIES);

  test("come back as they were", () => {
    const encoder = new ChangeEncoder(layout);
    const decoder = new ChangeDecoder(layout, SAMPLE_ENTITIES);
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 5 }), (written) => {
        expect(decoder.decode(encoder.encode(written))).toEqual(written);
      }),
    );
  });

  test("a change of a usual row takes less than 40 bytes", () => {
    const change = { entity: "sample_group", key: 12_345_678, kind: "update", group: "bid", mask: 3 } as const;
    const body = new ChangeEncoder(layout).encode([{ ...change, oldVersion: 1_234_567n, newVersion: 1_234_568n }]);
    expect(body.length).toBeLessThanOrEqual(40);
  });

  test("changes of an entity that is no longer declared fall away, others stay", () => {
    const body = new ChangeEncoder(layout).encode([
      { entity: "sample_campaign", key: "a", kind: "update", group: "budget", mask: 1, oldVersion: 1n, newVersion: 2n },
      { entity: "sample_group", key: 1, kind: "update", group: "bid", mask: 1, oldVersion: 1n, newVersion: 2n },
    ]);
    const decoded = new ChangeDecoder(layout, [SampleGroup]).decode(body);
    expect(decoded.map((change) => change.entity)).toEqual(["sample_group"]);
  });

  test("what is no record is told", () => {
    for (const body of ["", "{}", "[", "null"]) {
      expect(() => new ChangeDecoder(layout, SAMPLE_ENTITIES).decode(body)).toThrow("TENON1535");
    }
  });

  test("a mask of any other order of the same columns is translated by name; the full mask stays full", () => {
    const names = SampleGroup.columns.map((column) => column.name);
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), fc.subarray(names), (columns, dirty) => {
        const stored = columns.reduce((mask, name, bit) => (dirty.includes(name) ? mask + 2 ** bit : mask), 0);
        const translated = maskTranslator({ name: "sample_group", groups: [], columns }, SampleGroup)(stored);
        expect(columnsOfMask(SampleGroup, translated)).toEqual(names.filter((name) => dirty.includes(name)));
      }),
    );
    const fewer = maskTranslator({ name: "sample_group", groups: [], columns: ["gone", "paused"] }, SampleGroup);
    expect(columnsOfMask(SampleGroup, fewer(2))).toEqual(["paused"]);
    expect(fewer(3)).toBe(SampleGroup.mask);
  });
});

test("lanes come back as they were", () => {
  fc.assert(
    fc.property(fc.subarray(["high", "medium", "low"] as const), (lanes) => {
      expect(lanesOfBits(laneBits(lanes))).toEqual(lanes);
    }),
  );
});

test("versions rise with the epoch, then with the sequence; what is out of range is refused", () => {
  const epoch = fc.integer({ min: 0, max: 2 ** 20 });
  const sequence = fc.integer({ min: 1, max: 2 ** 42 - 1 });
  fc.assert(
    fc.property(epoch, sequence, epoch, sequence, (oneEpoch, one, otherEpoch, other) => {
      const rises = oneEpoch < otherEpoch || (oneEpoch === otherEpoch && one < other);
      expect(versionOf(oneEpoch, one) < versionOf(otherEpoch, other)).toBe(rises);
    }),
  );
  expect(versionOf(2 ** 20, 2 ** 42 - 1)).toBeLessThanOrEqual(VERSION_MAX);
  for (const [oneEpoch, one] of [
    [0, 0],
    [-1, 1],
    [0, 2 ** 42],
    [2 ** 20 + 1, 1],
    [0.5, 1],
  ] as const) {
    expect(() => versionOf(oneEpoch, one)).toThrow("TENON1529");
  }
});

describe("a write set is a slot's value", () => {
  const schema = compileSchema(writeSetSchema(SAMPLE_ENTITIES));
  const writes = new WriteSetBuilder()
    .write(SampleGroup, "bid", { key: 1, version: 2n, columns: { bidMicros: 3, campaignId: null, paused: true } })
    .write(SampleGroup, "embedding", { key: 1, version: 2n, columns: { embedding: U8Column.from([1, 2]) } })
    .delete(SampleGroup, { key: 2, version: 3n })
    .build();

  test("its schema lies in the closed value universe, and its bytes come back", () => {
    expect(schema.check(writes)).toBeUndefined();
    expect(schema.digest(writes)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("writes of groups that are not whole do not fit", () => {
    expect(
      schema.check({ sample_group: { groups: { bid: [{ key: 1, version: 2n, columns: { bidMicros: 3 } }] } } }),
    ).toBeDefined();
    expect(schema.check({ sample_group: { deletes: [{ key: 1, version: 0n }] } })).toBeDefined();
  });
});

describe("declarations", () => {
  const group = { owner: "ads-storage", class: "control" } as const;
  const options = { owner: "ads-storage", purpose: "a row", key: z.int() } as const;

  test("every problem is told at once", () => {
    const declare = () =>
      entity("BadName", {
        ...options,
        groups: {
          first: { ...group, columns: { at: z.date(), id: z.int(), ver_x: z.string() } },
          empty: { ...group, columns: {} },
          presence: { ...group, columns: { same: z.int() } },
          other: { ...group, columns: { same: z.string() } },
        },
      });
    for (const problem of [
      /snake_case/,
      /"at" is a date/,
      /"id" is taken/,
      /"ver_x"/,
      /"empty" has no columns/,
      /"presence" is taken/,
      /"same" is taken/,
    ]) {
      expect(declare).toThrow(problem);
    }
  });

  test("a mask has 52 bits", () => {
    const columns = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`column${at}`, z.int()]));
    expect(entity("wide", { ...options, groups: { all: { ...group, columns: columns(52) } } }).mask).toBe(2 ** 52 - 1);
    expect(() => entity("wider", { ...options, groups: { all: { ...group, columns: columns(53) } } })).toThrow(
      "TENON1520",
    );
  });

  test("columns are stored by what their schema says", () => {
    const types = entity("typed", {
      ...options,
      groups: {
        all: {
          ...group,
          columns: {
            whole: z.int().min(0),
            wholeToo: z.number().int(),
            part: z.number().nullable(),
            large: z.bigint(),
            yes: z.boolean(),
            words: z.string().max(10),
            word: z.enum(["a", "b"]),
            list: z.array(z.string()),
            open: z.record(z.string(), z.number()).nullable(),
          },
        },
      },
    }).columns.map((column) => [column.type, column.nullable]);
    expect(types).toEqual([
      ["integer", false],
      ["integer", false],
      ["float", true],
      ["bigint", false],
      ["boolean", false],
      ["text", false],
      ["text", false],
      ["json", false],
      ["json", true],
    ]);
  });
});
