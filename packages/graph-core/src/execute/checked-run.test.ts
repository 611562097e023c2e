import { expect, test } from "vitest";
import { z } from "zod";
import { A, B, base, open } from "../../test/support/small-graphs.ts";
import { columnSchema, F64Column, graph, node, slot } from "../index.ts";
import { rawValues } from "../internal.ts";

test("an output that is not declared, or of the wrong schema, is refused in a checked run", () => {
  const extra = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a, debug: 1 }) as { b: number } });
  const wrong = node({ ...base, reads: [A], writes: [B], run: () => ({ b: Number.NaN }) });
  const opened = (tested: typeof extra) =>
    open(graph({ name: "outputs", owner: "team-a", request: [A], nodes: { tested }, respond: [B] }));
  expect(() => opened(extra).run({ a: 1 }).result).toThrow(/TENON1203 node "tested".*returned "debug"/);
  expect(() => opened(wrong).run({ a: 1 }).result).toThrow(/TENON1209 node "tested".*slot "b"/);
});

test("values are deep-frozen in a checked run", () => {
  const Deep = slot("deep", z.object({ list: z.array(z.object({ n: z.number() })) }), { owner: "team-a" });
  const make = node({ ...base, reads: [A], writes: [Deep], run: ({ a }) => ({ deep: { list: [{ n: a }] } }) });
  const vandal = node({
    owner: "team-b",
    purpose: "writes to its input",
    reads: [Deep],
    writes: [B],
    run: ({ deep }) => {
      (deep.list[0] as { n: number }).n = 9;
      return { b: 1 };
    },
  });
  const { run } = open(graph({ name: "frozen", owner: "team-a", request: [A], nodes: { make, vandal }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked: true }).result).toThrow(
    /TENON1201 node "vandal" \(owner team-b\).*read only property 'n'/,
  );
});

test("a write to the array behind a column is found, and both sides are named", () => {
  const Scores = slot("scores", columnSchema("f64"), { owner: "team-a" });
  const make = node({ ...base, reads: [A], writes: [Scores], run: () => ({ scores: F64Column.from([1, 2, 3]) }) });
  const vandal = node({
    owner: "team-b",
    purpose: "writes to its input",
    reads: [Scores],
    writes: [B],
    run: ({ scores }) => {
      rawValues(scores)[1] = 99;
      return { b: scores.at(1) };
    },
  });
  const { run } = open(graph({ name: "column", owner: "team-a", request: [A], nodes: { make, vandal }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked: true }).result).toThrow(
    expect.objectContaining({
      message: 'TENON1208 slot "scores" changed after "make" (owner team-a) wrote it',
      detail: 'read by "vandal" (owner team-b)',
    }),
  );
});
