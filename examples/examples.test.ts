/** Lessons and documents are run: what a lesson prints is in `output/`, what a document's block prints stands below it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runnableBlocks } from "./runnable-blocks.ts";

const root = join(import.meta.dirname, "..");
const documents = ["README.md", "docs/README.md", "examples/README.md", "packages/ad-index/README.md"];

/** Prints of a TypeScript file run by this Node, with paths of the machine taken out. */
function printed(file: string): string {
  const args = ["--conditions=@tenon/source", file];
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" };
  return execFileSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
}

const lessons = readdirSync(import.meta.dirname).filter((name) => /^\d\d-.*\.ts$/.test(name));

test("lessons are numbered without a gap", () => {
  expect(lessons.map((name) => Number(name.slice(0, 2)))).toEqual(lessons.map((_, index) => index + 1));
});

test.each(lessons)("lesson %s prints what it is said to print", async (lesson) => {
  const output = join(import.meta.dirname, "output", `${basename(lesson, ".ts")}.txt`);
  await expect(printed(join(import.meta.dirname, lesson))).toMatchFileSnapshot(output);
});

// Below the repository, so that the blocks find the packages, and where nobody who looks at its sources sees them come and go.
const generated = join(import.meta.dirname, ".tenon");
mkdirSync(generated, { recursive: true });
const scratch = mkdtempSync(join(generated, "blocks-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const blocks = documents.flatMap((path) => runnableBlocks(path, readFileSync(join(root, path), "utf8")));

test("the README has a block that runs", () => {
  expect(blocks.map(({ document }) => document)).toContain("README.md");
});

test.each(blocks.map((block, index) => ({ ...block, index })))(
  "the block in line $line of $document prints what stands below it",
  ({ code, output, index }) => {
    const file = join(scratch, `block-${index}.ts`);
    writeFileSync(file, code);
    expect(printed(file)).toBe(output);
  },
);

test("a block runs when its first line says so, and must be followed by its output", () => {
  const fence = "```";
  const text = [`${fence}ts`, "// runs", "console.log(1);", fence, "", `${fence}text`, "1", fence, ""].join("\n");
  expect(runnableBlocks("a.md", text)).toEqual([
    { document: "a.md", line: 1, code: "// runs\nconsole.log(1);\n", output: "1\n" },
  ]);
  expect(runnableBlocks("a.md", text.replace("// runs\n", ""))).toEqual([]);
  expect(() => runnableBlocks("a.md", text.replace(`${fence}text`, `${fence}json`))).toThrow("line 1 of a.md");
});
