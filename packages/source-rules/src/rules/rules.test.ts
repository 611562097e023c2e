/**
 * Each rule has a folder of fixtures: `fails.ts`, where every line that must be found ends with `// finds TENON19xx`, and
 * `passes.ts`, the twin that no rule may find anything in. All rules run on all fixtures.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkSource } from "../check-source.ts";
import { sourceRules } from "./rules.ts";

const fixtures = new URL("../../fixtures/", import.meta.url);
const FILE = "packages/nodes/retrieval/frequency-cap-filter/frequency-cap-filter.ts";

function textOf(rule: string, kind: "fails" | "passes"): string {
  return readFileSync(new URL(`${rule}/${kind}.ts`, fixtures), "utf8");
}

function foundIn(text: string): readonly string[] {
  const findings = checkSource({ file: FILE, text, owner: "ads-delivery", hostOwner: "ads-platform" });
  return [...new Set(findings.map((finding) => `${finding.line} ${finding.code}`))];
}

function expectedIn(text: string): readonly string[] {
  return text.split("\n").flatMap((line, index) => {
    const code = /\/\/ finds (TENON19\d\d)$/.exec(line)?.[1];
    return code === undefined ? [] : [`${index + 1} ${code}`];
  });
}

test("every rule has fixtures, and every folder of fixtures a rule", () => {
  expect(readdirSync(fixtures).sort()).toEqual(sourceRules.map((rule) => rule.name).sort());
  expect(new Set(sourceRules.map((rule) => rule.code)).size).toBe(sourceRules.length);
});

for (const rule of sourceRules) {
  test(`${rule.name} finds each marked line of its failing fixture, and nothing else`, () => {
    const text = textOf(rule.name, "fails");
    const expected = expectedIn(text);
    expect(expected.filter((line) => line.endsWith(rule.code)).length).toBeGreaterThan(0);
    expect(foundIn(text)).toEqual(expected);
  });

  test(`no rule finds anything in the passing fixture of ${rule.name}`, () => {
    expect(foundIn(textOf(rule.name, "passes"))).toEqual([]);
  });
}
