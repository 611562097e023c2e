/** What is shown of values: nothing personal, nothing without a bound, the asked ad first. */
import { personal } from "@tenon/ads-model";
import { CandidateBatch, columnSchema, F64Column, I32Column, IdColumn, slot, type Topology } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { z } from "zod";
import { PERSONAL, PREVIEW_BOUNDS } from "../node-values.ts";
import { marksOf } from "./marks.ts";
import { personalSlots } from "./personal-slots.ts";
import { previewOf } from "./preview.ts";
import { ownOf, tableOf } from "./value-table.ts";

const ROWS = 100_000;
const { rowsMax, columnsMax, charactersMax, valuesMax, entriesMax } = PREVIEW_BOUNDS;
/** Bytes of JSON that no look at one value exceeds: every cell of a table as long as a text may be. */
const BYTES_MAX = (rowsMax + 1) * columnsMax * (charactersMax + 8);

const ids = Float64Array.from({ length: ROWS }, (_, row) => row * 3 + 1);
const wide = CandidateBatch.of(
  IdColumn.from(ids),
  Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [`column${at}`, I32Column.from(new Int32Array(ROWS).fill(at))]),
  ),
);

test("of a batch of 100,000 rows and 100 columns, the rows around the ad are shown, and no more", () => {
  const row = 70_000;
  const table = tableOf(wide, undefined, row * 3 + 1);
  expect(table?.columns).toHaveLength(columnsMax);
  expect(table?.rows.map((each) => each.row)).toEqual([69_997, 69_998, 69_999, 70_000, 70_001, 70_002, 70_003]);
  expect(table?.rows[3]).toMatchObject({ adId: row * 3 + 1 });
  expect(JSON.stringify(table).length).toBeLessThan(BYTES_MAX);
  const own = ownOf(wide, [], undefined, row * 3 + 1);
  expect([own?.row, own?.values["column7"], Object.keys(own?.values ?? {}).length]).toEqual([row, 7, columnsMax]);
});

test.each([
  ["the first ad", 1, 0],
  ["the last ad", (ROWS - 1) * 3 + 1, ROWS - rowsMax],
  ["an ad that is not in it", 2, 0],
])("rows stay within the batch: %s", (_, adId, first) => {
  const rows = tableOf(wide, undefined, adId)?.rows;
  expect([rows?.length, rows?.[0]?.row]).toEqual([rowsMax, first]);
});

test("a column beside a batch: the ad's own cell; one of another length has none", () => {
  const margins = F64Column.from(Float64Array.from(ids, (id) => id / 2));
  expect(ownOf(margins, [], wide, 301)).toEqual({ row: 100, values: { value: 150.5 } });
  expect(ownOf({ status: "known", margins }, [], wide, 301)).toEqual({ row: 100, values: { margins: 150.5 } });
  expect(ownOf(F64Column.from([1, 2]), [], wide, 1)).toBeNull();
  expect(tableOf(F64Column.from([1, 2]), wide, 1)?.rows.map(({ adId }) => adId)).toEqual([null, null]);
});

test("depth, entries, characters and values of a preview are bounded, and what is left out is counted", () => {
  const deep = (level: number): unknown => (level === 0 ? 1 : { inner: deep(level - 1) });
  expect(JSON.stringify(previewOf(deep(50), []))).toBe('{"inner":{"inner":{"inner":{"inner":"record of 1"}}}}');
  const list = previewOf(
    Array.from({ length: ROWS }, (_, at) => at),
    [],
  ) as unknown[];
  expect([list.length, list.at(-1)]).toEqual([entriesMax + 1, `… ${ROWS - entriesMax} more`]);
  const fields = previewOf(Object.fromEntries(list.map((_, at) => [`field${at}`, at]).concat([["x", 1]])), []);
  expect(fields).toMatchObject({ field0: 0, "…": "2 more" });
  expect(previewOf("x".repeat(ROWS), [])).toBe(`${"x".repeat(charactersMax)}…`);
  const many = Array.from({ length: 20 }, () =>
    Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => 7.5)),
  );
  expect(JSON.stringify(previewOf(many, [])).match(/7\.5/g)?.length).toBe(valuesMax);
});

test("what a schema marks as personal is not shown, wherever the mark is", () => {
  const secret = personal(z.string());
  const schema = z.object({
    own: secret.nullable().optional(),
    list: z.array(z.object({ name: secret, age: z.int() })),
    either: z.union([
      z.object({ kind: z.literal("a"), value: secret }),
      z.object({ kind: z.literal("b"), value: z.string() }),
    ]),
    record: z.record(z.string(), secret),
    keys: z.record(personal(z.string()), z.int()),
    pair: z.tuple([z.int(), secret]),
    column: personal(columnSchema("id")),
  });
  const value = {
    own: "planted",
    list: [{ name: "planted", age: 7 }],
    either: { kind: "b", value: "planted" },
    record: { one: "planted" },
    keys: { planted: 1 },
    pair: [1, "planted"],
    column: IdColumn.from([41_414_141]),
  };
  const preview = previewOf(value, marksOf(schema));
  expect(JSON.stringify(preview)).not.toMatch(/planted|41414141/);
  expect(preview).toMatchObject({
    list: [{ name: PERSONAL, age: 7 }],
    either: { kind: "b", value: PERSONAL },
    record: { one: PERSONAL },
    keys: PERSONAL,
    pair: [1, PERSONAL],
  });
  const ads = z.array(z.object({ adId: z.int(), user: secret }));
  expect(ownOf([{ adId: 5, user: "planted" }], marksOf(ads), undefined, 5)).toEqual({
    row: 0,
    values: { adId: 5, user: PERSONAL },
  });
  const batch = CandidateBatch.of(IdColumn.from([5]), {});
  expect(ownOf({ column: IdColumn.from([41_414_141]) }, marksOf(schema), batch, 5)).toBeNull();
});

test("what a node makes of personal data is personal, until a node declassifies it", () => {
  const node = (name: string, reads: string[], writes: string[], more: object = {}) => ({
    ...{ name, reads, soft: [], uses: [], writes, declassifies: null },
    ...more,
  });
  const topology = {
    slots: [
      { key: "user", tags: { pii: true } },
      ...["copy", "copyOfCopy", "fromStore", "count"].map((key) => ({ key, tags: {} })),
    ],
    resources: [{ name: "users", pii: true }],
    nodes: [
      node("later", ["copy"], ["copyOfCopy"]),
      node("copies", ["user"], ["copy"]),
      node("loads", [], ["fromStore"], { uses: ["users"] }),
      node("counts", ["copyOfCopy"], ["count"], { declassifies: { labels: ["pii"], reason: "a number" } }),
    ],
  } as unknown as Topology;
  expect([...personalSlots(topology)].sort()).toEqual(["copy", "copyOfCopy", "fromStore", "user"]);
});

test("a slot is declared with its schema, which marks are read from", () => {
  const token = slot("who", personal(z.string()), { owner: "ads-privacy" } as never);
  expect(previewOf("planted", marksOf(token.schema))).toBe(PERSONAL);
});
