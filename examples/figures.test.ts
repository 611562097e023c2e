/**
 * Figures in documents are those of `docs/design/figures`, which `npm run -s bench -- <suite> --json` writes.
 * `UPDATE_PAGES=1 npx vitest run examples/figures` writes the tables anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Report {
  readonly goals: readonly {
    readonly id: string;
    readonly what: string;
    readonly value: number;
    readonly goal: string;
    readonly ok: boolean;
  }[];
  readonly rows: readonly { readonly workload: string; readonly name?: string; readonly ns?: number }[];
}

const root = join(import.meta.dirname, "..");
const { goals, rows } = JSON.parse(readFileSync(join(root, "docs/design/figures/graph-bench.json"), "utf8")) as Report;

const digits = (value: number): string => String(Number(value.toPrecision(3)));
/** Bounds as short as they are said: `<= 1/15` instead of sixteen decimals. */
const bound = (goal: string): string =>
  goal.replace("<= 0.06666666666666667", "≤ 1/15").replace("<= 0.025", "≤ 1/40").replace("<=", "≤").replace(">=", "≥");

const goalsTable = [
  "| goal | what | bound | measured | |",
  "|---|---|---|---|---|",
  ...goals.map(
    ({ id, what, value, goal, ok }) =>
      `| ${id} | ${what} | ${bound(goal)} | ${digits(value)} | ${ok ? "" : "missed"} |`,
  ),
].join("\n");

const peers = rows.filter(({ workload }) => workload === "b1 peers");
const tenonNs = peers.find(({ name }) => name === "tenon")?.ns ?? Number.NaN;
const peersTable = [
  `| | ${peers.map(({ name }) => (name === "hand" ? "hand-written" : name)).join(" | ")} |`,
  `|---|${peers.map(() => "---").join("|")}|`,
  `| µs per request | ${peers.map(({ ns = Number.NaN }) => digits(ns / 1_000)).join(" | ")} |`,
  `| against Tenon | ${peers.map(({ ns = Number.NaN }) => `${digits(ns / tenonNs)}×`).join(" | ")} |`,
].join("\n");

test.each([
  { page: "docs/design/0008-performance.md", part: "goals", table: goalsTable },
  { page: "README.md", part: "peers", table: peersTable },
])("the $part in $page are the measured ones", ({ page, part, table }) => {
  const path = join(root, page);
  const text = readFileSync(path, "utf8");
  const block = new RegExp(`<!-- figures: ${part} -->\\n([\\s\\S]*?)<!-- end of figures -->`);
  const current = text.replace(block, `<!-- figures: ${part} -->\n${table}\n<!-- end of figures -->`);
  expect(block.test(text)).toBe(true);
  if (process.env.UPDATE_PAGES === "1") writeFileSync(path, current);
  else expect(text).toBe(current);
});
