import { existsSync } from "node:fs";
import { posix, resolve } from "node:path";
import { expect, test } from "vitest";
import { anchorsIn, type Link, linksIn } from "../src/links.ts";
import { readText, repositoryFiles, root } from "../src/repository.ts";

function leadsNowhere({ from, target }: Link): boolean {
  const [path = "", anchor] = decodeURIComponent(target).split("#");
  const file = path === "" ? from : posix.normalize(posix.join(path.startsWith("/") ? "" : posix.dirname(from), path));
  if (file.startsWith("..") || !existsSync(resolve(root, file))) return true;
  return anchor !== undefined && file.endsWith(".md") && !anchorsIn(readText(file)).has(anchor);
}

test("every link in the documents leads to a file, and to a heading where it names one", () => {
  const links = repositoryFiles("*.md").flatMap((path) => linksIn(path, readText(path)));
  expect(links.filter(leadsNowhere)).toEqual([]);
});

test("links are read from prose, not from code, and outside addresses are left alone", () => {
  const text = [
    'See [one](a.md), ![picture](b.png "title") and [outside](https://example.org/).',
    "`[not](code.md)`",
    "```",
    "[not](block.md)",
    "```",
    "[ref]: c.md",
  ].join("\n");
  expect(linksIn("README.md", text).map(({ line, target }) => `${line} ${target}`)).toEqual([
    "1 a.md",
    "1 b.png",
    "6 c.md",
  ]);
});

test("a missing file and a missing heading are found", () => {
  expect(leadsNowhere({ from: "CONTRIBUTING.md", line: 1, target: "nowhere.md" })).toBe(true);
  expect(leadsNowhere({ from: "CONTRIBUTING.md", line: 1, target: "#no-such-heading" })).toBe(true);
  expect(leadsNowhere({ from: "CONTRIBUTING.md", line: 1, target: "#write-a-node" })).toBe(false);
  expect(leadsNowhere({ from: "packages/source-rules/README.md", line: 1, target: "../../LICENSE" })).toBe(false);
});

test("headings give the anchors that code hosts give", () => {
  expect([...anchorsIn("# Write a node\n## `npm run check`: all\n## Write a node\n```\n# no\n```\n")]).toEqual([
    "write-a-node",
    "npm-run-check-all",
    "write-a-node-1",
  ]);
});
