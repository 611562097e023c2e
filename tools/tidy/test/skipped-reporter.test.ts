import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { root } from "../src/repository.ts";

const REPORTER = resolve(root, "tools/tidy/src/report/skipped-reporter.ts");

/** Runs vitest with the reporter on one file of tests. */
function run(
  tests: string,
  ...options: readonly string[]
): { readonly status: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), "tenon-reporter-"));
  try {
    writeFileSync(join(folder, "some.test.js"), tests);
    const vitest = resolve(root, "node_modules/vitest/vitest.mjs");
    const line = [vitest, "run", "--root", folder, "--globals", "--reporter", REPORTER, ...options];
    const { status, stdout, stderr } = spawnSync(process.execPath, line, {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", VITEST: undefined, CI: "1" },
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("skipped tests are counted by reason, and a run with reasons passes", () => {
  const { status, output } = run(`
    test("runs", () => {});
    test("kafka", ({ skip }) => { skip(true, "needs Java"); });
    test("zombie", ({ skip }) => { skip(true, "needs Java"); });
    test("page", ({ skip }) => { skip(true, "needs a browser"); });`);
  expect(output).toContain("Skipped 3 of the tests:\n  2 × needs Java\n  1 × needs a browser\n");
  expect(status).toBe(0);
});

test("a test skipped without a reason is named and fails the run", () => {
  const { status, output } = run(`test("runs", () => {}); test.skip("later", () => {});`);
  expect(output).toContain("no reason given: some.test.js > later");
  expect(status).toBe(1);
});

test("tests behind a failing hook are left to the report of that failure", () => {
  const { status, output } = run(`beforeAll(() => { throw new Error("no"); }); test("behind", () => {});`);
  expect(output).not.toContain("no reason given");
  expect(status).toBe(1);
});

test("a run without skipped tests, or narrowed by name, says nothing", () => {
  expect(run(`test("runs", () => {});`)).toMatchObject({ status: 0, output: expect.not.stringContaining("Skipped") });
  expect(run(`test("runs", () => {}); test("other", () => {});`, "-t", "runs").output).not.toContain("Skipped");
});
