import { basename } from "node:path";
import { expect, test } from "vitest";
import { codesIn, PAGES, pageProblem } from "../src/error-pages.ts";
import { readText, repositoryFiles } from "../src/repository.ts";

/** Tests invent codes, and the fixtures of the source rules are made of mistakes. */
const sources = repositoryFiles("packages/**/*.ts", "graphs/**/*.ts", "apps/**/*.ts")
  .filter((path) => !/\.test\.ts$|\/(fixtures|test|testing)\//.test(path))
  .map((path) => ({ path, text: readText(path) }));
const pages = repositoryFiles(`${PAGES}/TENON*.md`);

test("every error code in the sources has a page", () => {
  const explained = new Set(pages.map((path) => basename(path, ".md")));
  const missing = [...codesIn(sources)]
    .filter(([code]) => !explained.has(code))
    .map(([code, files]) => `${code} in ${files.join(", ")}`);
  expect(missing.sort()).toEqual([]);
});

test("every page explains a code that some source uses", () => {
  const used = codesIn(sources);
  expect(pages.filter((path) => !used.has(basename(path, ".md")))).toEqual([]);
});

test("every page says what the code means, shows an example, and says what to do", () => {
  const wrong = pages.map((path) => ({ path, problem: pageProblem(basename(path, ".md"), readText(path)) }));
  expect(wrong.filter(({ problem }) => problem !== undefined)).toEqual([]);
});

test("a page without title, meaning, example or advice is recognised", () => {
  const good = `# TENON1001: a title\n\n${"What it means. ".repeat(5)}\n\n## Example\n\ntext\n\n## What to do\n\ntext\n`;
  expect(pageProblem("TENON1001", good)).toBeUndefined();
  expect(pageProblem("TENON1002", good)).toContain("first line");
  expect(pageProblem("TENON1001", good.replace("## Example", ""))).toContain("## Example");
  expect(pageProblem("TENON1001", good.replace("## What to do", ""))).toContain("## What to do");
  expect(pageProblem("TENON1001", good.replaceAll("What it means. ", ""))).toContain("no paragraph");
});
