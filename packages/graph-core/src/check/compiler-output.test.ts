import { expect, test } from "vitest";
import { readCompilerOutput } from "./compiler-output.ts";

test("errors are read with the lines that say why; summaries are not", () => {
  const output = [
    "src/rank.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'.",
    "  Types of property 'a' are incompatible.",
    "    Deeper.",
    "src/a (b).ts(1,2): error TS2304: Cannot find name 'x'.",
    "",
    "Found 2 errors.",
  ].join("\r\n");
  expect(readCompilerOutput(output, (file) => `/project/${file}`)).toEqual([
    {
      file: "/project/src/rank.ts",
      line: 12,
      column: 7,
      code: 2322,
      message: "Type 'string' is not assignable to type 'number'.",
      because: ["Types of property 'a' are incompatible.", "Deeper."],
    },
    { file: "/project/src/a (b).ts", line: 1, column: 2, code: 2304, message: "Cannot find name 'x'.", because: [] },
  ]);
});
