import fc from "fast-check";
import { expect, test } from "vitest";
import { graphOf, recipesOf } from "../../../test/fixtures/random-graph.ts";
import { topologyOf } from "../../graph/topology.ts";
import { assignLayers } from "./assign-layers.ts";
import { orderRows } from "./order-rows.ts";
import { type Rows, rowsOf, type Segment } from "./rows.ts";
import { sketchOf } from "./sketch.ts";

function rowsFrom(recipes: Parameters<typeof graphOf>[0]): Rows {
  const sketch = sketchOf(topologyOf(graphOf(recipes)), () => ({ width: 100, height: 40 }));
  return rowsOf(sketch, assignLayers(sketch));
}

const plain = { soft: [], when: undefined, budgetMs: undefined, owner: "owner0" } as const;

const inLane = ({ upper, lower }: Segment): boolean => upper.lane || lower.lane;

/** Crossings by comparing every pair of segments in every gap. */
function crossings({ segments }: Rows): number {
  let count = 0;
  segments.forEach((left, at) => {
    for (const right of segments.slice(at + 1)) {
      if (left.upper.row !== right.upper.row || inLane(left) || inLane(right)) continue;
      if ((left.upper.order - right.upper.order) * (left.lower.order - right.lower.order) < 0) count += 1;
    }
  });
  return count;
}

test("two chains declared crosswise are drawn side by side", () => {
  const reads = [[-1], [-1], [1], [0], [2], [3]];
  expect(orderRows(rowsFrom(reads.map((producers) => ({ ...plain, reads: producers }))))).toBe(0);
});

test("property: the crossings it reports are those of the order it leaves, never more than in declared order", () => {
  fc.assert(
    fc.property(recipesOf({ nodesMax: 25 }), (recipes) => {
      const declared = rowsFrom(recipes);
      for (const row of declared.rows) for (const [order, item] of row.entries()) item.order = order;
      const rows = rowsFrom(recipes);
      const reported = orderRows(rows);
      expect(reported).toBe(crossings(rows));
      expect(reported).toBeLessThanOrEqual(crossings(declared));
      for (const row of rows.rows) expect(row.map((item) => item.order).sort((a, b) => a - b)).toEqual([...row.keys()]);
    }),
    { numRuns: 60 },
  );
});
