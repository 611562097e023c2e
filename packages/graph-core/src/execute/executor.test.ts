import { expect, test } from "vitest";
import { A, B, base, C, manualClock, open, turns } from "../../test/support/small-graphs.ts";
import { bind, compileGraph, createExecutor, graph, node, resource } from "../index.ts";

test("resources come from bindings, one version per request; an unbound one is refused by name", () => {
  const Policy = resource<{ readonly factor: number }>()("policy", { owner: "team-b", purpose: "a factor" });
  const Other = resource<{ readonly factor: number }>()("other", { owner: "team-b", purpose: "undeclared" });
  const times = node({
    ...base,
    reads: [A],
    writes: [B],
    uses: [Policy],
    run: ({ a }, { uses }) => ({ b: a * uses.policy.factor }),
  });
  const sneaky = node({
    ...base,
    reads: [B],
    writes: [C],
    uses: [Other],
    run: ({ b }, { uses }) => ({ c: b + ((uses as unknown as { policy?: { factor: number } }).policy?.factor ?? 0) }),
  });
  const plan = compileGraph(
    graph({ name: "uses", owner: "team-a", request: [A], nodes: { times, sneaky }, respond: [C] }),
  );
  let current = { factor: 2 };
  const other = bind(Other, { value: { factor: 0 } });
  const executor = createExecutor(plan, { resources: { policy: bind(Policy, { current: () => current }), other } });
  const first = executor.begin({ requestId: "1" });
  current = { factor: 3 };
  expect(executor.execute({ a: 1 }, first)).toEqual({ c: 2 });
  expect(executor.execute({ a: 1 }, executor.begin({ requestId: "2" }))).toEqual({ c: 3 });
  expect(() => createExecutor(plan, { resources: { other } as never })).toThrow(
    /TENON1301 resource "policy" \(owner team-b\) is not bound/,
  );
});

test("a shadow runs after the answer, is compared with its primary and read by nobody", async () => {
  const { clock, advance } = manualClock();
  const primary = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a * 2 }) });
  const shadow = node({
    owner: "team-b",
    purpose: "the new way",
    reads: [A],
    writes: [B],
    run: ({ a }) => ({ b: a === 3 ? 0 : a + a }),
  });
  const declared = graph({
    name: "shadowed",
    owner: "team-a",
    request: [A],
    nodes: { primary },
    shadows: { primaryV2: { of: "primary", node: shadow } },
    respond: [B],
  });
  const seen: string[] = [];
  const executor = createExecutor(compileGraph(declared), {
    resources: {},
    clock,
    onShadow: (node, requestId, outcome) => seen.push(`${node.name} ${requestId} ${outcome}`),
  });
  for (const a of [1, 2, 3])
    expect(executor.execute({ a }, executor.begin({ requestId: `r${a}` }))).toEqual({ b: a * 2 });
  expect(executor.execute({ a: 3 }, executor.begin({ requestId: "shed", quality: 0.9 }))).toEqual({ b: 6 });
  advance(1);
  await turns();
  expect(executor.counts).toMatchObject({ shadowAgreements: 2, shadowDifferences: 1, shadowFailures: 0 });
  expect(seen).toEqual(["primaryV2 r3 differs"]);
});

test("random numbers depend on seed, name and index alone", () => {
  const { executor } = open(
    graph({
      name: "dice",
      owner: "team-a",
      request: [A],
      nodes: { n: node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) }) },
      respond: [B],
    }),
  );
  const one = executor.begin({ requestId: "x", seed: 5 }).random;
  const same = executor.begin({ requestId: "y", seed: 5 }).random;
  const other = executor.begin({ requestId: "x", seed: 6 }).random;
  expect(same("lottery", 3)).toBe(one("lottery", 3));
  expect(other("lottery", 3)).not.toBe(one("lottery", 3));
  expect(one("lottery", 4)).not.toBe(one("lottery", 3));
  const draws = Array.from({ length: 20_000 }, (_, index) => one("uniform", index));
  const bins = new Array<number>(20).fill(0);
  for (const draw of draws) bins[Math.floor(draw * 20)] = (bins[Math.floor(draw * 20)] ?? 0) + 1;
  const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
});

test("a host that has checked the request is believed in a plain run, and not in a checked one", () => {
  const twice = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: Number(a) * 2 }) });
  const plan = compileGraph(graph({ name: "twice", owner: "team-a", request: [A], nodes: { twice }, respond: [B] }));
  const executor = createExecutor(plan, { resources: {} });
  const wrong = { a: "4" } as never;
  const run = (options: object) => executor.execute(wrong, executor.begin({ requestId: "1", ...options }));
  expect(run({ checked: false, requestIsChecked: true })).toEqual({ b: 8 });
  expect(() => run({ checked: false })).toThrow(/TENON1101/);
  expect(() => run({ checked: true, requestIsChecked: true })).toThrow(/TENON1101/);
});
