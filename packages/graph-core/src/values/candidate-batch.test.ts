import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphError } from "../contract/error.ts";
import { CandidateBatch } from "./candidate-batch.ts";
import { F32Column, F64Column, I32Column } from "./columns.ts";
import { IdColumn } from "./id-columns.ts";

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

const three = CandidateBatch.of(IdColumn.from([10, 20, 30]), { score: F32Column.from([1, 2, 3]) });

test("columns are appended, never replaced, and the batch before stays as it was", () => {
  const scored = three.with("bid", F64Column.from([5, 6, 7]));
  expect(scored.column("bid").at(2)).toBe(7);
  expect(scored.column("score")).toBe(three.column("score"));
  expect(scored.columnNames).toEqual(["score", "bid"]);
  expect(three.has("bid")).toBe(false);
  expect(codeOf(() => scored.with("score", F64Column.from([0, 0, 0])))).toBe("TENON1156");
  expect(codeOf(() => scored.with("bid", F64Column.from([0, 0, 0])))).toBe("TENON1156");
});

test("a column of another length is refused", () => {
  expect(codeOf(() => three.with("bid", F64Column.from([5])))).toBe("TENON1155");
  expect(codeOf(() => CandidateBatch.of(IdColumn.from([1]), { bid: F64Column.from([]) }))).toBe("TENON1155");
});

test("an undeclared column is a type error and a run-time error that lists the known ones", () => {
  // @ts-expect-error the batch has no such column
  expect(codeOf(() => three.column("bid"))).toBe("TENON1158");
  // @ts-expect-error names that every object inherits are no columns
  expect(codeOf(() => three.column("toString"))).toBe("TENON1158");
  const score: F32Column = three.column("score");
  expect(score.type).toBe("f32");
});

test("a batch with more columns can stand where fewer are wanted, not the other way round", () => {
  const more = three.with("bid", F64Column.from([5, 6, 7]));
  const fewer: CandidateBatch<{ readonly score: F32Column }> = more;
  const any: CandidateBatch = fewer;
  // @ts-expect-error the column "bid" is missing
  const wrong: typeof more = three;
  expect([any.size, wrong.size]).toEqual([3, 3]);
});

test("selected rows keep the order given and remember where they came from", () => {
  const top = three.select([2, 0]);
  expect([top.ids.at(0), top.ids.at(1), top.column("score").at(0)]).toEqual([30, 10, 3]);
  expect(top.column("score")).toBe(top.column("score"));
  expect(top.origin?.batch).toBe(three);
  expect([top.origin?.rows.at(0), top.origin?.rows.at(1)]).toEqual([2, 0]);
  expect(three.origin).toBeUndefined();
  expect(top.with("bid", F64Column.from([1, 2])).origin).toBe(top.origin);
});

test("rows can be given as numbers, as an Int32Array that changes later, or as a column", () => {
  const rows = Int32Array.of(1);
  const one = three.select(rows);
  rows[0] = 2;
  expect(one.column("score").at(0)).toBe(2);
  expect(three.select(I32Column.from([2])).ids.at(0)).toBe(30);
});

test("a row outside the batch is refused when it is selected, not when a column is read", () => {
  for (const row of [-1, 3, 0.5]) expect(codeOf(() => three.select([row]))).toBe("TENON1150");
});

test("rows are found by id; a batch that holds an id twice says so", () => {
  expect([three.rowOfId(20), three.rowOfId(21)]).toEqual([1, -1]);
  const doubled = CandidateBatch.of(IdColumn.from([4, 4]), {});
  expect(doubled.hasDistinctIds()).toBe(false);
  expect(codeOf(() => doubled.rowOfId(4))).toBe("TENON1164");
});

test("aligning to a batch that is not an ancestor is refused", () => {
  const other = CandidateBatch.of(IdColumn.from([10, 20, 30]), {});
  const bids = F64Column.from([1, 2, 3]);
  expect(codeOf(() => three.align(bids, other))).toBe("TENON1157");
  expect(codeOf(() => three.align(F64Column.from([1]), three))).toBe("TENON1155");
  const child = three.select([0]);
  expect(codeOf(() => three.align(F64Column.from([1]), child))).toBe("TENON1157");
});

/** One step of a chain: a selection of distinct rows, or a new column. */
type Step = { readonly rows: readonly number[] } | { readonly seed: number };

const chain = fc.array(
  fc.oneof(
    fc.infiniteStream(fc.nat()).map((stream): Step => ({ rows: [...stream.take(12)] })),
    fc.nat().map((seed): Step => ({ seed })),
  ),
  { maxLength: 6 },
);

test("lazy selection through any chain equals picking every column at once", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 12 }), chain, fc.nat(), (ids, steps, readEarly) => {
      let batch: CandidateBatch = CandidateBatch.of(IdColumn.from(ids), {
        c: F64Column.fill(ids.length, (row) => row),
      });
      // The same chain on plain arrays, eagerly.
      let plain: Record<string, number>[] = ids.map((id, row) => ({ id, c: row }));
      for (const [at, step] of steps.entries()) {
        if ("rows" in step) {
          const rows = [...new Set(step.rows.map((row) => row % Math.max(1, batch.size)))].filter(
            (row) => row < batch.size,
          );
          batch = batch.select(rows);
          plain = rows.map((row) => plain[row] as Record<string, number>);
        } else {
          const name = `c${at}`;
          batch = batch.with(
            name,
            F64Column.fill(batch.size, (row) => step.seed + row),
          );
          plain = plain.map((candidate, row) => ({ ...candidate, [name]: step.seed + row }));
        }
        // Reading in between fills caches; it must not change what is read later.
        if (readEarly % (at + 2) === 0) for (const name of batch.columnNames) batch.column(name);
      }
      const seen = plain.map((_, row) =>
        Object.fromEntries([
          ["id", batch.ids.at(row)],
          ...batch.columnNames.map((name) => [name, batch.column(name).at(row)]),
        ]),
      );
      expect(seen).toEqual(plain);
    }),
  );
});

test("align equals a search by id, from any ancestor of any chain", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 12 }), chain, fc.nat(), (ids, steps, pick) => {
      const chainOfBatches: CandidateBatch[] = [CandidateBatch.of(IdColumn.from(ids), {})];
      for (const [at, step] of steps.entries()) {
        const batch = chainOfBatches.at(-1) as CandidateBatch;
        if ("seed" in step)
          chainOfBatches.push(
            batch.with(
              `c${at}`,
              F64Column.fill(batch.size, () => step.seed),
            ),
          );
        else {
          const rows = [...new Set(step.rows.map((row) => row % Math.max(1, batch.size)))].filter(
            (row) => row < batch.size,
          );
          chainOfBatches.push(batch.select(rows));
        }
      }
      const ancestor = chainOfBatches[pick % chainOfBatches.length] as CandidateBatch;
      const last = chainOfBatches.at(-1) as CandidateBatch;
      const column = F64Column.fill(ancestor.size, (row) => row * 1.5);
      const aligned = last.align(column, ancestor);
      for (let row = 0; row < last.size; row++) {
        expect(aligned.at(row)).toBe(column.at(ancestor.rowOfId(last.ids.at(row))));
      }
    }),
  );
});

test("a column read through any chain of selections is the one read step by step", () => {
  const steps = fc.array(fc.record({ rows: fc.array(fc.nat(), { maxLength: 12 }), adds: fc.boolean() }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(steps, fc.boolean(), (drawn, readOften) => {
      let batch: CandidateBatch = CandidateBatch.of(IdColumn.from([0, 1, 2, 3, 4, 5, 6, 7]), {
        id: IdColumn.from([0, 1, 2, 3, 4, 5, 6, 7]),
      });
      let ids = [0, 1, 2, 3, 4, 5, 6, 7];
      const added: string[] = [];
      for (const [at, { rows, adds }] of drawn.entries()) {
        const chosen = ids.length === 0 ? [] : [...new Set(rows.map((row) => row % ids.length))];
        batch = batch.select(chosen);
        ids = chosen.map((row) => ids[row] as number);
        if (adds) {
          batch = batch.with(`step${at}`, IdColumn.from(ids));
          added.push(`step${at}`);
        }
        if (readOften) batch.column("id");
      }
      for (const name of ["id", ...added]) {
        const column = batch.column(name) as IdColumn;
        expect(Array.from({ length: column.length }, (_, row) => column.at(row))).toEqual(ids);
      }
    }),
  );
});
