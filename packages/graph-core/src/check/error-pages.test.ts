/**
 * The pages of docs/errors are executed: each example fails exactly the rule of its page, and the text shown is the text
 * printed. `UPDATE_PAGES=1` writes the text into the pages.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, emptyDirectory, judgeModules, repositoryRoot } from "../../test/support/workspace.ts";
import { readCompilerOutput } from "./compiler-output.ts";
import { graphsRules, rules } from "./rules.ts";

/** Codes of compiler errors explained; the others are reported by the graph check. */
const explainedCodes = ["TENON1050", "TENON1051", "TENON1052", "TENON1053", "TENON1054"];
const codes = ["TENON1002", ...[...rules, ...graphsRules].map((rule) => rule.code), ...explainedCodes].sort();

interface Page {
  readonly code: string;
  readonly path: string;
  readonly text: string;
}

const pages: readonly Page[] = codes.map((code) => {
  const path = join(repositoryRoot, "docs", "errors", `${code}.md`);
  return { code, path, text: readFileSync(path, "utf8") };
});

const EXAMPLE = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/;

const directory = emptyDirectory("error-pages");
const files = pages.map(({ code, text }) => {
  const file = join(directory, `${code}.ts`);
  writeFileSync(file, EXAMPLE.exec(text)?.[1] ?? "");
  return file;
});
const explained = files.filter((_file, index) => explainedCodes.includes(codes[index] as string));
const errors = readCompilerOutput(compile(directory, explained), (file) => join(directory, file));
const results = judgeModules(files, errors).map((verdict) => ({
  diagnostics: [...verdict.diagnostics, ...verdict.explained],
  text: verdict.text === "" ? verdict.explainedText : verdict.text,
}));

test("rule names and codes are distinct", () => {
  const all = [...rules, ...graphsRules];
  expect(new Set(all.map((rule) => rule.name)).size).toBe(all.length);
  expect(new Set(codes).size).toBe(codes.length);
});

test.each(pages.map((page, index) => ({ ...page, index })))(
  "the example of $code fails its rule only",
  ({ code, index }) => {
    expect(results[index]?.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  },
);

test.each(pages.map((page, index) => ({ ...page, index })))(
  "the page of $code shows what is printed",
  ({ path, text, index }) => {
    const printed = results[index]?.text.split("\n\n").slice(0, -1).join("\n\n") ?? "";
    if (process.env.UPDATE_PAGES === "1") {
      writeFileSync(
        path,
        text.replace(EXAMPLE, (whole) => whole.replace(/```text\n[\s\S]*?```$/, `\`\`\`text\n${printed}\n\`\`\``)),
      );
      return;
    }
    expect(EXAMPLE.exec(text)?.[2]).toBe(`${printed}\n`);
  },
);

test.each(
  results.flatMap((result, index) => result.diagnostics.map((diagnostic) => ({ code: codes[index], diagnostic }))),
)(
  "the diagnostic of $code names two parties with owners, in words and as data",
  ({ diagnostic: { message, primary, secondary, hint } }) => {
    const parties = [primary, ...secondary];
    const owners = new Set(parties.flatMap((party) => party.owner ?? []));
    expect(parties.length).toBeGreaterThanOrEqual(2);
    expect(message).toMatch(/"[^"]+"/);
    expect(hint).not.toBe("");
    for (const party of [primary, secondary[0]]) expect(owners).toContain(party?.owner);
  },
);
