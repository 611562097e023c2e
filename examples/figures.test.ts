/**
 * Figures in documents are those of `docs/design/figures`: what `npm run -s bench -- <suite> --json` wrote, formatted.
 * `UPDATE_PAGES=1 npx vitest run examples/figures` writes the tables anew.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { goalsTable, hostTable, peersTable, type Report } from "./figure-tables.ts";

const root = join(import.meta.dirname, "..");
const fileOf = (suite: string) => join(root, `docs/design/figures/${suite}-bench.json`);
const PERFORMANCE = "docs/design/0008-performance.md";

const tables = [
  { page: PERFORMANCE, part: "goals", suite: "graph", render: goalsTable },
  { page: PERFORMANCE, part: "host", suite: "admixer", render: hostTable },
  { page: "README.md", part: "peers", suite: "graph", render: peersTable },
].filter(({ suite }) => existsSync(fileOf(suite)));

test.each(tables)("the $part in $page are the measured ones", ({ page, part, suite, render }) => {
  const path = join(root, page);
  const text = readFileSync(path, "utf8");
  const block = new RegExp(`<!-- figures: ${part} -->\\n([\\s\\S]*?)<!-- end of figures -->`);
  const rendered = render(JSON.parse(readFileSync(fileOf(suite), "utf8")) as Report);
  const current = text.replace(block, () => `<!-- figures: ${part} -->\n${rendered}\n<!-- end of figures -->`);
  expect(block.test(text)).toBe(true);
  if (process.env.UPDATE_PAGES === "1") writeFileSync(path, current);
  else expect(text).toBe(current);
});

test("bounds are as short as they are said, and what is missed is marked", () => {
  const goal = { id: "G", what: "w", value: 1.2345, ok: false };
  const lineOf = (bar: string) => goalsTable({ goals: [{ ...goal, goal: bar }], rows: [] }).split("\n")[2];
  expect(lineOf("<= 1.02")).toBe("| G | w | ≤ 1.02 | 1.23 | missed |");
  expect(lineOf("<= 0.06666666666666667")).toBe("| G | w | ≤ 1/15 | 1.23 | missed |");
  expect(lineOf("<= 0.025")).toBe("| G | w | ≤ 1/40 | 1.23 | missed |");
  expect(lineOf(">= 15")).toBe("| G | w | ≥ 15 | 1.23 | missed |");
});
