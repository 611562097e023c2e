import { graph, node, slot, subgraph } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { z } from "zod";
import { partOfGraph } from "./part-of-graph.ts";

const owner = "ads-streams" as const;
const number = (name: string) => slot(name, z.number(), { owner });
const [A, B, C, D, E, F, G] = ["a", "b", "c", "d", "e", "f", "g"].map(number) as [
  ReturnType<typeof number>,
  ...never[],
] & {
  readonly [at: number]: ReturnType<typeof number>;
};

test("nodes that are needed stay in their order, with what they read, softly or not; others and their request slots go", () => {
  const made = (reads: never, writes: never, more: object = {}) =>
    node({ ...{ owner, purpose: "adds", reads, writes }, run: (() => ({})) as never, ...more }) as never;
  const inner = subgraph({
    ...{ owner, purpose: "adds within", in: [B] as never, out: [C] as never },
    nodes: { within: made([B] as never, [C] as never) },
  } as never) as never;
  const whole = graph({
    ...{ name: "whole", owner },
    request: [A, F],
    nodes: {
      last: made([C] as never, [D] as never, { soft: [G] }),
      inner,
      first: made([A] as never, [B] as never),
      aside: made([A] as never, [G] as never),
      other: made([C, F] as never, [E] as never),
    },
    respond: [D, E],
  } as never);
  const namesOf = (slots: readonly { readonly name: string }[]) => slots.map(({ name }) => name);
  const part = partOfGraph(whole, [D as never]);
  expect(Object.keys(part.nodes)).toEqual(["last", "inner", "first", "aside"]);
  expect([namesOf(part.request), namesOf(part.respond)]).toEqual([["a"], ["d"]]);
  const other = partOfGraph(whole, [E as never]);
  expect(Object.keys(other.nodes)).toEqual(["inner", "first", "other"]);
  expect(namesOf(other.request)).toEqual(["a", "f"]);
  expect(Object.keys(partOfGraph(whole, [D, E] as never).nodes)).toEqual(Object.keys(whole.nodes));
});
