import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { shopProject } from "../testing/shop-project.ts";
import { type Ended, tenon } from "../testing/tenon.ts";

const shop = shopProject("right");
const { folder } = shop;
afterAll(shop.remove);
const PLAN = "graphs/plans/opening.plan.ts";
const build = (...args: readonly string[]): Promise<Ended> => tenon(["build", "--json", ...args], { folder });

function stateIn({ out }: Ended): string | undefined {
  return (JSON.parse(out) as { readonly plans: readonly { readonly state: string }[] }).plans[0]?.state;
}

test("a plan is missing, then written, then unchanged, and stale once it is edited", async () => {
  const missing = await build("--check");
  expect([missing.exitCode, stateIn(missing)]).toEqual([1, "missing"]);
  const written = await build();
  expect([written.exitCode, JSON.parse(written.out)]).toEqual([
    0,
    { plans: [{ graph: "opening", file: PLAN, state: "written" }], errors: 0 },
  ]);
  const again = await build("--check");
  expect([again.exitCode, stateIn(again)]).toEqual([0, "unchanged"]);
  const path = join(folder, PLAN);
  writeFileSync(path, `${readFileSync(path, "utf8")}// edited\n`);
  const stale = await build("--check");
  expect([stale.exitCode, stateIn(stale)]).toEqual([1, "stale"]);
});

test("what is written is a plan that runs", async () => {
  await build();
  const script = `
    import { compileGraph, createExecutor } from "@tenon/graph-core";
    import { opening } from "./graphs/index.ts";
    import * as emitted from "./${PLAN}";
    const executor = createExecutor(compileGraph(opening, { emitted }), { resources: {} });
    console.log(JSON.stringify(executor.execute({ shop: { name: "late", hour: 21 } }, executor.begin({ requestId: "r" }))));
  `;
  const file = join(folder, "run.ts");
  writeFileSync(file, script);
  const flags = ["--conditions=@tenon/source", "--disallow-code-generation-from-strings"];
  const printed = execFileSync(process.execPath, [...flags, file], { cwd: folder, encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual({ isOpen: true });
});

test("graphs with mistakes are not built", async () => {
  const broken = shopProject("broken");
  const { exitCode, talk } = await tenon(["build"], { folder: broken.folder });
  broken.remove();
  expect(exitCode).toBe(1);
  expect(talk).toContain("error TENON1004: ");
});

test("a suite that is not there is wrong usage, a project without benchmarks cannot be measured", async () => {
  const root = join(import.meta.dirname, "../../../..");
  const unknown = await tenon(["bench", "no-such-suite"], { folder: root });
  expect([unknown.exitCode, unknown.talk]).toEqual([2, expect.stringContaining("suites: ")]);
  const { exitCode, talk } = await tenon(["bench", "graph"], { folder });
  expect([exitCode, talk]).toEqual([3, expect.stringContaining("error TENON1709: the project has no benchmarks")]);
});
