import { expect, test } from "vitest";
import { LINES_MAX, oversizeReasons } from "../src/oversize.ts";
import { readText, repositoryFiles } from "../src/repository.ts";

const GENERATED = /^(?:#!.*\n)?\s*(?:\/\/|\/\*\*?)\s*Generated\b/;

function longFiles(): readonly string[] {
  return repositoryFiles("*.ts", "*.tsx", "*.js").flatMap((path) => {
    const text = readText(path);
    const lines = text.split("\n").length - 1;
    return lines > LINES_MAX && !GENERATED.test(text) ? [path] : [];
  });
}

test(`no source has more than ${LINES_MAX} lines, except those listed with a reason`, () => {
  expect(longFiles().filter((path) => !(path in oversizeReasons))).toEqual([]);
});

test("the list of long files is current", () => {
  const long = new Set(longFiles());
  expect(Object.keys(oversizeReasons).filter((path) => !long.has(path))).toEqual([]);
});
