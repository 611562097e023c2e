/**
 * The mistakes that the editor must show, each as a fixture of one screen and with the compiler's exact words. A line
 * `// expect: …` stands under the line with the error; several under one line are several errors.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Fixture {
  readonly file: string;
  readonly text: string;
  /** `line: TSxxxx: words`, in order. */
  readonly expected: readonly string[];
}

const EXPECT = /^\s*\/\/ expect: (.*)$/;

export const fixtures: readonly Fixture[] = readFixtures();

function readFixtures(): readonly Fixture[] {
  const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const text = readFileSync(`${folder}${file}`, "utf8");
      return { file, text, expected: expectedIn(text) };
    });
}

function expectedIn(text: string): readonly string[] {
  const expected: string[] = [];
  let line = 0;
  for (const [index, source] of text.split("\n").entries()) {
    const words = EXPECT.exec(source)?.[1];
    if (words === undefined) line = index + 1;
    else expected.push(`${line}: ${words}`);
  }
  return expected;
}
