import fc from "fast-check";
import { expect, test } from "vitest";
import { CYCLE_ROUNDS_MAX, findCycles } from "./find-cycles.ts";

/** Adjacency lists of up to 12 vertices. */
const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) => fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }));

/** Whether a vertex can be reached from itself, by the plainest search. */
function hasCircle(targets: readonly (readonly number[])[]): boolean {
  return targets.some((_tos, start) => {
    const seen = new Set<number>();
    const open = [...(targets[start] ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === start) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(targets[next] ?? []));
    }
    return false;
  });
}

test("circles are found exactly where there are any", () => {
  fc.assert(
    fc.property(graphs, (targets) => {
      expect(findCycles(targets).cycles.length > 0).toBe(hasCircle(targets));
    }),
  );
});

test("every circle found goes along edges, visits no vertex twice and closes with an edge backwards", () => {
  fc.assert(
    fc.property(graphs, (targets) => {
      for (const cycle of findCycles(targets).cycles) {
        expect(new Set(cycle).size).toBe(cycle.length);
        for (const [at, vertex] of cycle.entries()) expect(targets[vertex]).toContain(cycle[(at + 1) % cycle.length]);
        expect(cycle[0]).toBeLessThanOrEqual(cycle.at(-1) as number);
      }
    }),
  );
});

test("without the blamed edges no circle is left, unless it is said that there are more", () => {
  fc.assert(
    fc.property(graphs, (targets) => {
      const { cycles, more } = findCycles(targets);
      const blamed = new Set(cycles.map((cycle) => `${cycle.at(-1)}>${cycle[0]}`));
      const left = targets.map((tos, from) => tos.filter((to) => !blamed.has(`${from}>${to}`)));
      expect(hasCircle(left)).toBe(more);
      expect(blamed.size).toBe(cycles.length);
    }),
  );
});

test("of several ways round, the shortest one is reported", () => {
  expect(findCycles([[1, 2], [2], [0]]).cycles).toEqual([[0, 2]]);
});

test("the rounds are bounded, and what is left is said", () => {
  const size = CYCLE_ROUNDS_MAX + 4;
  const all = Array.from({ length: size }, (_, index) => index);
  const { cycles, more } = findCycles(all.map((from) => all.filter((to) => to !== from)));
  expect(cycles.length).toBe(CYCLE_ROUNDS_MAX);
  expect(more).toBe(true);
});
