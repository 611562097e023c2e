import fc from "fast-check";
import { expect, test } from "vitest";
import { numberSlot, step, wired } from "../../test/support/wired.ts";
import type { AnySlot } from "../contract/slot.ts";
import { checkGraph, checkGraphs } from "./check-graph.ts";

/** A graph that is right: node i reads earlier slots only, and the last slots are responded. */
const rightGraphs = fc
  .array(fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 12 })
  .map((reads) => {
    const slots = [numberSlot("s0")];
    const nodes = reads.map((back, index) => {
      const read = [...new Set(back.map((each) => slots[each % slots.length] as AnySlot))];
      const written = numberSlot(`s${index + 1}`);
      slots.push(written);
      return { name: `n${index + 1}`, reads: read, written };
    });
    const readBySomebody = new Set(nodes.flatMap((each) => each.reads));
    const respond = slots.slice(1).filter((each) => !readBySomebody.has(each));
    return { slots, nodes, respond };
  });

type Parts = typeof rightGraphs extends fc.Arbitrary<infer Value> ? Value : never;

function built({ slots, nodes, respond }: Parts, change: (name: string) => object = () => ({}), more: object = {}) {
  const entries = nodes.map(({ name, reads, written }) => [
    name,
    step(`team-${name}`, { reads, writes: [written], ...change(name) }),
  ]);
  return wired({ request: [slots[0] as AnySlot], nodes: Object.fromEntries(entries), respond, ...more });
}

test("a right graph has no diagnostics, in whatever order its nodes stand", () => {
  fc.assert(
    fc.property(rightGraphs, fc.infiniteStream(fc.nat()), (parts, order) => {
      const shuffled = parts.nodes
        .map((each) => ({ each, key: order.next().value as number }))
        .sort((one, other) => one.key - other.key)
        .map(({ each }) => each);
      expect(checkGraph(built({ ...parts, nodes: shuffled }))).toEqual([]);
    }),
  );
});

const defects: readonly {
  readonly code: string;
  readonly plant: (parts: Parts, at: number) => ReturnType<typeof built>;
}[] = [
  {
    code: "TENON1003",
    plant: (parts, at) =>
      built(parts, (name) =>
        name === parts.nodes[at]?.name ? { reads: [...(parts.nodes[at]?.reads ?? []), numberSlot("lost")] } : {},
      ),
  },
  {
    code: "TENON1004",
    plant: (parts, at) => {
      const twice = { ...(parts.nodes[at] as Parts["nodes"][number]), name: "again" };
      return built({ ...parts, nodes: [...parts.nodes, twice] });
    },
  },
  {
    code: "TENON1005",
    plant: (parts, at) => built(parts, undefined, { request: [parts.slots[0], parts.nodes[at]?.written] }),
  },
  { code: "TENON1007", plant: (parts) => built(parts, undefined, { respond: [...parts.respond, numberSlot("lost")] }) },
  {
    code: "TENON1008",
    plant: (parts, at) =>
      built(parts, (name) =>
        name === parts.nodes[at]?.name ? { reads: [...(parts.nodes[at]?.reads ?? []), parts.nodes[at]?.written] } : {},
      ),
  },
  {
    code: "TENON1009",
    plant: (parts) => {
      const idle = { name: "idle", reads: [parts.slots[0] as AnySlot], written: numberSlot("idle") };
      return built({ ...parts, nodes: [...parts.nodes, idle] });
    },
  },
  {
    code: "TENON1015",
    plant: (parts, at) =>
      built(parts, (name) => (name === parts.nodes[at]?.name ? { budgetMs: 10 } : {}), { deadlineMs: 5 }),
  },
  {
    code: "TENON1019",
    plant: (parts, at) => built(parts, (name) => (name === parts.nodes[at]?.name ? { async: true } : {})),
  },
];

test.each(defects)("one planted mistake of $code in a right graph is told, and nothing else is", ({ code, plant }) => {
  fc.assert(
    fc.property(rightGraphs, fc.nat(), (parts, at) => {
      expect(checkGraph(plant(parts, at % parts.nodes.length)).map((diagnostic) => diagnostic.code)).toEqual([code]);
    }),
  );
});

test("two planted mistakes are both told", () => {
  fc.assert(
    fc.property(rightGraphs, fc.constantFrom(...defects.slice(3)), (parts, other) => {
      const graph = other.plant(parts, 0);
      const withLost = { ...graph, respond: [...graph.respond, numberSlot("gone")] };
      expect(
        checkGraph(withLost)
          .map((diagnostic) => diagnostic.code)
          .sort(),
      ).toEqual([other.code, "TENON1007"].sort());
    }),
  );
});

test("a check runs no node and is repeatable", () => {
  const A = numberSlot("a");
  const B = numberSlot("b");
  const run = () => {
    throw new Error("a check ran a node");
  };
  const graph = wired({
    request: [A],
    nodes: { make: step("team-1", { reads: [A, numberSlot("lost")], writes: [B], run }) },
    respond: [B],
  });
  expect(checkGraph(graph)).toEqual(checkGraph(graph));
});

test("several graphs are checked like one each, with their names", () => {
  const A = numberSlot("a");
  const graph = (name: string) => wired({ name, request: [A], nodes: {}, respond: [A, numberSlot(`lost-${name}`)] });
  expect(checkGraphs([graph("one"), graph("two")]).map(({ code, graph: name }) => [code, name])).toEqual([
    ["TENON1007", "one"],
    ["TENON1007", "two"],
  ]);
});
