/** Every mistake of the table is shown by the compiler at its place and in its words; the right forms beside it are not. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCompilerOutput } from "../../src/check/compiler-output.ts";
import { compile, emptyDirectory } from "../support/workspace.ts";
import { fixtures } from "./error-table.ts";

const directory = emptyDirectory("error-table");
const files = fixtures.map(({ file, text }) => {
  writeFileSync(join(directory, file), text);
  return join(directory, file);
});
const errors = readCompilerOutput(compile(directory, files), (file) => join(directory, file));

test.each(fixtures)("$file", ({ file, expected }) => {
  const found = errors
    .filter((error) => error.file === join(directory, file))
    .map(({ line, code, message, because }) => `${line}: TS${code}: ${[message, ...because].join(" | ")}`);
  expect(expected.length).toBeGreaterThan(0);
  expect(found).toEqual(expected);
});
