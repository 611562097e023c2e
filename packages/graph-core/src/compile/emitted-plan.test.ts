import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { compileGraph, createExecutor, type EmittedPlan, emitPlanModule, graph, node, slot } from "../index.ts";

const A = slot("a", z.number(), { owner: "team" });
const B = slot("b", z.number(), { owner: "team" });
const C = slot("c", z.number(), { owner: "team" });
const D = slot("d", z.number(), { owner: "team" });
const Wanted = slot("wanted", z.boolean(), { owner: "team" });
const base = { owner: "team", purpose: "a test node" } as const;
const declared = graph({
  name: "emitted",
  owner: "team",
  request: [A],
  nodes: {
    decide: node({ ...base, reads: [A], writes: [Wanted], run: ({ a }) => ({ wanted: a > 1 }) }),
    remote: node({
      ...base,
      reads: [A],
      when: Wanted,
      writes: [B],
      async: true,
      onFailure: "omit",
      run: async ({ a }) => ({ b: a * 2 }),
    }),
    local: node({
      ...base,
      reads: [A],
      writes: [C],
      async: true,
      onFailure: "failRequest",
      run: async ({ a }) => ({ c: a + 1 }),
    }),
    join: node({ ...base, reads: [C], soft: [B], writes: [D], run: ({ b, c }) => ({ d: (b ?? 100) + c }) }),
  },
  respond: [D],
});

async function load(text: string): Promise<EmittedPlan> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-plan-"));
  const file = join(folder, "emitted.plan.ts");
  writeFileSync(file, text);
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as EmittedPlan;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("an emitted plan gives what the plan generated at start gives, plain and checked", async () => {
  const emitted = await load(emitPlanModule(declared));
  const generated = createExecutor(compileGraph(declared), { resources: {} });
  const fromFile = createExecutor(compileGraph(declared, { emitted }), { resources: {} });
  for (const checked of [false, true]) {
    for (const a of [0, 1, 2, 3]) {
      const run = (executor: typeof generated) =>
        executor.execute({ a }, executor.begin({ requestId: `r${a}`, checked }));
      expect(await run(fromFile)).toEqual(await run(generated));
    }
  }
});

test("a plan emitted from another version of the graph is refused", async () => {
  const emitted = await load(emitPlanModule(declared));
  expect(() => compileGraph(declared, { emitted: { ...emitted, planHash: "0".repeat(64) } })).toThrow(
    /TENON1212 the emitted plan of graph "emitted" is stale/,
  );
});

test("an emitted plan runs where code generation from strings is forbidden", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-plan-"));
  const source = pathToFileURL(join(import.meta.dirname, "../index.ts")).href;
  const zod = import.meta.resolve("zod");
  const script = `
    import { z } from "${zod}";
    import { compileGraph, createExecutor, emitPlanModule, graph, node, slot } from "${source}";
    const A = slot("a", z.number(), { owner: "team" });
    const B = slot("b", z.object({ n: z.number() }), { owner: "team" });
    const g = graph({ name: "strict", owner: "team", request: [A], nodes: { n: node({ owner: "team", purpose: "p", reads: [A], writes: [B], run: ({ a }) => ({ b: { n: a + 1 } }) }) }, respond: [B] });
    const { writeFileSync } = await import("node:fs");
    writeFileSync(new URL("./strict.plan.ts", import.meta.url), emitPlanModule(g));
    const emitted = await import("./strict.plan.ts");
    const executor = createExecutor(compileGraph(g, { emitted }), { resources: {} });
    console.log(JSON.stringify([false, true].map((checked) => executor.execute({ a: 1 }, executor.begin({ requestId: "r", checked })))));
    try { compileGraph(g); } catch (error) { console.log(error.code); }
  `;
  writeFileSync(join(folder, "strict.ts"), script);
  const child = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", "--conditions=@tenon/source", join(folder, "strict.ts")],
    { encoding: "utf8" },
  );
  rmSync(folder, { recursive: true });
  expect(child.stderr.replaceAll(/\(node:.*|\(Use .*/g, "").trim()).toBe("");
  expect(child.stdout.trim().split("\n")).toEqual(['[{"b":{"n":2}},{"b":{"n":2}}]', "TENON1213"]);
});
