import { expect, test } from "vitest";
import { A, B, base, both, open } from "../../test/support/small-graphs.ts";
import {
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  drop,
  F64Column,
  filter,
  graph,
  IdColumn,
  map,
  node,
  slot,
} from "../index.ts";

const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const CheapAds = slot("cheapAds", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const Score = slot("score", columnSchema("f64", { of: CheapAds }), { owner: "team-b" });
const makeAds = node({
  ...base,
  reads: [A],
  writes: [Ads],
  run: ({ a }) => ({
    ads: CandidateBatch.of(IdColumn.from(Array.from({ length: a }, (_, row) => row + 1)), {
      bid: F64Column.fill(a, (row) => row),
    }),
  }),
});
const keepCheap = filter({
  ...base,
  of: Ads,
  kept: CheapAds,
  run:
    ({ ads }) =>
    (row) =>
      ads.column("bid").at(row) > 2 ? drop("too_dear", 2, ads.column("bid").at(row)) : undefined,
});

test.each(both)(
  "a filter's kept batch and the reason ledger come from its verdicts; nothing is lost (checked: %s)",
  (checked) => {
    const count = node({ ...base, reads: [CheapAds], writes: [B], run: ({ cheapAds }) => ({ b: cheapAds.size }) });
    const { run } = open(
      graph({ name: "filter", owner: "team-a", request: [A], nodes: { makeAds, keepCheap, count }, respond: [B] }),
    );
    const { ctx, result } = run({ a: 10 }, { checked });
    expect(result).toEqual({ b: 3 });
    expect(ctx.ledger.countsByReason()).toEqual(new Map([["too_dear", 7]]));
    expect(ctx.ledger.conserved()).toMatchObject({ entered: 10, kept: 3, dropped: 7 });
    expect(ctx.ledger.explain(4).steps).toEqual([{ nodeIndex: 1, fate: "dropped", drop: drop("too_dear", 2, 3) }]);
  },
);

test.each(both)("a failing filter keeps or drops all, as declared (checked: %s)", (checked) => {
  const failing = (onFailure: "keepAll" | { readonly dropAll: string }) =>
    filter({
      ...base,
      of: Ads,
      kept: CheapAds,
      onFailure,
      run: () => {
        throw new Error("no policy");
      },
    });
  const count = node({ ...base, reads: [CheapAds], writes: [B], run: ({ cheapAds }) => ({ b: cheapAds.size }) });
  const opened = (judge: ReturnType<typeof failing>) =>
    open(graph({ name: "failing", owner: "team-a", request: [A], nodes: { makeAds, judge, count }, respond: [B] })).run(
      { a: 4 },
      { checked },
    );
  expect(opened(failing("keepAll")).result).toEqual({ b: 4 });
  const all = opened(failing({ dropAll: "error" }));
  expect(all.result).toEqual({ b: 0 });
  expect(all.ctx.ledger.countsByReason()).toEqual(new Map([["error", 4]]));
});

test.each(both)(
  "a filter without a verdict and a map of another length are refused by name (checked: %s)",
  (checked) => {
    const noVerdict = filter({ ...base, of: Ads, kept: CheapAds, run: (() => true) as never });
    const short = map({
      ...base,
      of: CheapAds,
      writes: [Score],
      run: ({ cheapAds }) => ({ score: F64Column.fill(cheapAds.size - 1, () => 0) }),
    });
    const sum = node({ ...base, reads: [Score], writes: [B], run: ({ score }) => ({ b: score.length }) });
    const opened = (judge: typeof keepCheap) =>
      open(
        graph({ name: "kinds", owner: "team-a", request: [A], nodes: { makeAds, judge, short, sum }, respond: [B] }),
      ).run({ a: 4 }, { checked });
    expect(() => opened(noVerdict as never)).toThrow(/TENON1205 node "judge"/);
    expect(() => opened(keepCheap)).toThrow(/TENON1206 node "short".*wrote 2 values to slot "score" for a batch of 3/);
  },
);
