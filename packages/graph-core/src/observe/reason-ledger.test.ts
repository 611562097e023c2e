import fc from "fast-check";
import { expect, test } from "vitest";
import { drop } from "../contract/node.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { F64Column } from "../values/columns.ts";
import { IdColumn } from "../values/id-columns.ts";
import { ReasonLedger } from "./reason-ledger.ts";

const batchOf = (...ids: number[]): CandidateBatch => CandidateBatch.of(IdColumn.from(ids), {});

/** Books a filter that drops the given rows and gives what it kept. */
function filterRows(
  ledger: ReasonLedger,
  nodeIndex: number,
  batch: CandidateBatch,
  dropped: readonly number[],
  reason = "paused",
) {
  const keptRows = Array.from({ length: batch.size }, (_, row) => row).filter((row) => !dropped.includes(row));
  const kept = dropped.length === 0 ? batch : batch.select(keptRows);
  ledger.stage(
    nodeIndex,
    batch,
    kept,
    dropped,
    dropped.map((row) => drop(reason, 1, row)),
  );
  return kept;
}

test("a chain of filters conserves candidates: entered = kept + dropped", () => {
  const ledger = new ReasonLedger();
  const first = filterRows(ledger, 3, batchOf(10, 11, 12, 13), [1, 3]);
  filterRows(ledger, 4, first, [0], "frequency_capped");
  expect(ledger.conserved()).toEqual({ ok: true, entered: 4, kept: 1, dropped: 3, breaches: [] });
  expect([...ledger.countsByReason()]).toEqual([
    ["paused", 2],
    ["frequency_capped", 1],
  ]);
});

test("a run without filters conserves trivially", () => {
  expect(new ReasonLedger().conserved()).toEqual({ ok: true, entered: 0, kept: 0, dropped: 0, breaches: [] });
});

test("columns added and rows reordered between two filters are not a loss", () => {
  const ledger = new ReasonLedger();
  const kept = filterRows(ledger, 0, batchOf(10, 11, 12), [0]);
  filterRows(ledger, 1, kept.with("score", F64Column.from([0.1, 0.2])).select([1, 0]), [0]);
  expect(ledger.conserved()).toEqual({ ok: true, entered: 3, kept: 1, dropped: 2, breaches: [] });
});

test("a plain node that drops candidates between two filters is found, with their ids", () => {
  const ledger = new ReasonLedger();
  const kept = filterRows(ledger, 2, batchOf(10, 11, 12, 13), [0]);
  filterRows(ledger, 5, kept.select([0]), []);
  expect(ledger.conserved()).toEqual({
    ok: false,
    entered: 4,
    kept: 1,
    dropped: 1,
    breaches: [{ kind: "between", nodeIndex: 5, afterNodeIndex: 2, ids: [12, 13] }],
  });
  expect(ledger.explain(13).fate).toBe("lost");
});

test("a row that is neither kept nor dropped, or both, breaks the stage's law", () => {
  const ledger = new ReasonLedger();
  const batch = batchOf(10, 11, 12);
  ledger.stage(0, batch, batch.select([0, 1]), [1], [drop("paused")]);
  expect(ledger.conserved().breaches).toEqual([
    { kind: "stage", nodeIndex: 0, afterNodeIndex: undefined, ids: [11, 12] },
  ]);
});

test("a kept batch that does not come from the judged batch breaks the stage's law", () => {
  const ledger = new ReasonLedger();
  ledger.stage(0, batchOf(10, 11), batchOf(10), [1], [drop("paused")]);
  expect(ledger.conserved().breaches).toEqual([{ kind: "stage", nodeIndex: 0, afterNodeIndex: undefined, ids: [10] }]);
});

test("a drop without a reason is a breach", () => {
  const ledger = new ReasonLedger();
  const batch = batchOf(10, 11);
  ledger.stage(0, batch, batch.select([0]), [1], [drop("")]);
  expect(ledger.conserved()).toMatchObject({ ok: false, breaches: [{ kind: "reason", ids: [11] }] });
});

test("filters side by side on one batch are each conserved", () => {
  const ledger = new ReasonLedger();
  const kept = filterRows(ledger, 0, batchOf(10, 11, 12), [0]);
  filterRows(ledger, 1, kept, [0]);
  filterRows(ledger, 2, kept, [1]);
  expect(ledger.conserved()).toEqual({ ok: true, entered: 5, kept: 2, dropped: 3, breaches: [] });
});

test("explain follows one candidate to the node, reason, threshold and value that dropped it", () => {
  const ledger = new ReasonLedger();
  const kept = filterRows(ledger, 7, batchOf(10, 11, 12), [0]);
  ledger.stage(9, kept, kept.select([0]), [1], [drop("below_floor", 250, 199)]);
  expect(ledger.explain(12)).toEqual({
    id: 12,
    fate: "dropped",
    steps: [
      { nodeIndex: 7, fate: "kept" },
      { nodeIndex: 9, fate: "dropped", drop: { reason: "below_floor", threshold: 250, value: 199 } },
    ],
  });
  expect(ledger.explain(11).fate).toBe("kept");
  expect(ledger.explain(99)).toEqual({ id: 99, fate: "neverEntered", steps: [] });
});

test("property: through any chain of filters every candidate has exactly one fate", () => {
  const stages = fc.array(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 40 }),
      stages,
      (ids, verdicts) => {
        const ledger = new ReasonLedger();
        let batch = batchOf(...ids);
        verdicts.forEach((drops, at) => {
          const rows = Array.from({ length: batch.size }, (_, row) => row);
          batch = filterRows(
            ledger,
            at,
            batch,
            rows.filter((row) => drops[row] === true),
          );
        });
        const { ok, entered, kept, dropped } = ledger.conserved();
        expect({ ok, total: kept + dropped }).toEqual({ ok: true, total: entered });
        const fates = ids.map((id) => ledger.explain(id).fate);
        expect(fates.filter((fate) => fate === "kept")).toHaveLength(verdicts.length === 0 ? 0 : batch.size);
        expect(fates.filter((fate) => fate === "dropped")).toHaveLength(dropped);
      },
    ),
  );
});
