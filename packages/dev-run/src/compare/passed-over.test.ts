/** What is no difference: within a tolerance, or in fields in which the base differs from itself. */
import { expect, test } from "vitest";
import { compared, type Side, type TwoVersions, type Values, type Wires } from "../../test/two-versions.ts";
import { noiseKey } from "./field-noise.ts";

const LINE: Wires = { a: { reads: ["in"], writes: ["x"] }, b: { reads: ["x"], writes: ["y"] } };

/** Entries of the graph, made of their number. */
function side(of: (at: number) => Values, count = 20): Side {
  return Array.from({ length: count }, (_, at) => ({ in: at, ...of(at) }));
}

async function rootsOf(versions: Omit<TwoVersions, "wires"> & { readonly wires?: Wires }) {
  const { left, ...rest } = await compared({ wires: LINE, ...versions });
  return { roots: left.entries.map(({ divergence }) => [...divergence.keys()]), ...rest };
}

test("a slot within its tolerance is no difference; without one the last bit is", async () => {
  const [base, head] = [side(() => ({ x: { p: 0.3 } }), 1), side(() => ({ x: { p: 0.1 + 0.2 } }), 1)];
  const rules = { x: [{ path: "p", tolerance: { relative: 1e-9 } }] };
  expect((await rootsOf({ base, head, rules })).roots).toEqual([[]]);
  expect((await rootsOf({ base, head })).roots).toEqual([["a"]]);
});

test("what differs behind a slot within its tolerance is a root of its own", async () => {
  const base = side(() => ({ x: { p: 0.3 }, y: 1 }), 1);
  const head = side(() => ({ x: { p: 0.1 + 0.2 }, y: 2 }), 1);
  const rules = { x: [{ path: "p", tolerance: { relative: 1e-9 } }] };
  expect((await rootsOf({ base, head, rules })).roots).toEqual([["b"]]);
});

test("a noisy field is passed over, also in entries in which the base happened to repeat itself; its rate is told", async () => {
  const steady = { value: 1 };
  const base = side(() => ({ x: { ...steady, stamp: 0 } }));
  const again = side((at) => ({ x: { ...steady, stamp: at % 2 } }));
  const head = side((at) => ({ x: { ...steady, stamp: at % 3 === 0 ? 7 : 0 } }));
  const { roots, noise } = await rootsOf({ base, again, head });
  expect(roots.flat()).toEqual([]);
  const fields = noise.get(noiseKey("g", "x"));
  expect([...(fields?.keys() ?? [])]).toEqual(["stamp"]);
  expect(fields?.get("stamp")).toMatchObject({ entries: 20, rate: 0.5 });
});

test("another field of a noisy slot is a difference in each entry in which it differs", async () => {
  const base = side(() => ({ x: { value: 1, stamp: 0 } }));
  const again = side((at) => ({ x: { value: 1, stamp: at } }));
  const head = side((at) => ({ x: { value: at < 3 ? 2 : 1, stamp: at } }));
  const { roots } = await rootsOf({ base, again, head });
  expect(roots.map((each) => each.length)).toEqual([...[1, 1, 1], ...Array(17).fill(0)]);
});

test("a field that differs from the head far more often than from itself is a change, noisy or not", async () => {
  const base = side(() => ({ x: { stamp: 0 } }));
  const again = side((at) => ({ x: { stamp: at === 0 ? 1 : 0 } }));
  const head = side(() => ({ x: { stamp: 2 } }));
  const { roots } = await rootsOf({ base, again, head });
  expect(roots.every((each) => each.join() === "a")).toBe(true);
});

test("in a graph that is noisy in more entries than are looked at, the others are taken to be as those", async () => {
  const base = side(() => ({ x: { value: 1, stamp: 0 } }), 200);
  const again = side((at) => ({ x: { value: 1, stamp: at + 1 } }), 200);
  const head = side((at) => ({ x: { value: 1, stamp: at + 2 } }), 200);
  const { roots, noise, versions } = await rootsOf({ base, again, head });
  expect(roots.flat()).toEqual([]);
  expect(noise.get(noiseKey("g", "x"))?.get("stamp")?.rate).toBe(1);
  expect((versions.head as never as { readonly asked: readonly unknown[] }).asked).toHaveLength(60);
});

test("a filter that drops the same for other reasons from run to run is noise, and one that does not is a root", async () => {
  const stage = (digest: string) => [{ node: "a", entered: 2, kept: 1, byReason: {}, digest }];
  const same = side(() => ({ x: 1 }), 2);
  const noisy = { base: [stage("1"), stage("1")], again: [stage("2"), stage("1")], head: [stage("3"), stage("3")] };
  expect((await rootsOf({ base: same, head: same, stages: noisy })).roots.flat()).toEqual([]);
  const steady = { ...noisy, again: [stage("1"), stage("1")] };
  expect((await rootsOf({ base: same, head: same, stages: steady })).roots).toEqual([["a"], ["a"]]);
});

test("nothing is fetched where nothing differs, and where a root without rules differs", async () => {
  const rules = { y: [{ path: "", tolerance: { relative: 1e-9 } }] };
  const base = side(() => ({ x: 1, y: 0.1 }), 3);
  const quiet = await rootsOf({ base, head: base, rules });
  expect((quiet.versions.base as never as { readonly asked: readonly unknown[] }).asked).toEqual([]);
  const changed = await rootsOf({ base, head: side(() => ({ x: 2, y: 0.2 }), 3), rules });
  expect(changed.roots).toEqual([["a"], ["a"], ["a"]]);
  expect((changed.versions.head as never as { readonly asked: readonly unknown[] }).asked).toEqual([]);
});
