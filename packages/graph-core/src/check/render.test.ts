import { expect, test } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { diagnosticsToJson } from "./render-json.ts";
import { diagnosticsToSarif } from "./render-sarif.ts";
import { renderDiagnostic, renderDiagnostics } from "./render-text.ts";

const file = "/repo/graphs/ad request.graph.ts";
const text = ["const one = node({", '  owner: "ads-serach",', "});", "\tconst two = node({});", ""].join("\n");
const source = (path: string): string | undefined => (path === file ? text : undefined);
const options = { root: "/repo", source };

const error: Diagnostic = {
  code: "TENON1034",
  rule: "known-owner",
  severity: "error",
  graph: "ad-request",
  message:
    'node "one" in graph "ad-request" (owner ads-serving) is owned by "ads-serach", which is no team of the owners file',
  primary: {
    kind: "node",
    name: "one",
    owner: "ads-serach",
    place: { file, line: 1, column: 13 },
    label: "no such team",
  },
  secondary: [
    {
      kind: "node",
      name: "two",
      owner: "ads-serving",
      place: { file, line: 4, column: 14 },
      label: "stands beside it",
    },
    { kind: "graph", name: "ad-request", owner: "ads-serving" },
  ],
  detail: { expected: "a team of the owners file", found: '"ads-serach"' },
  hint: 'did you mean "ads-search"? name a team of the owners file',
  fix: { place: { file, line: 1, column: 13 }, replace: 'owner: "ads-serach"', with: 'owner: "ads-search"' },
};
const warning: Diagnostic = { ...error, code: "TENON1010", rule: "unread-output", severity: "warning" };

test("the text shows what, where, who else, expected and found, and the edit", () => {
  expect(renderDiagnostic(error, options)).toBe(
    [
      'error TENON1034: node "one" in graph "ad-request" (owner ads-serving) is owned by "ads-serach", which is no team of the owners file',
      "  --> graphs/ad request.graph.ts:1:13",
      "  1 | const one = node({",
      "    |             ^^^^ no such team",
      '  2 |   owner: "ads-serach",',
      '  - node "two" (owner ads-serving): stands beside it  graphs/ad request.graph.ts:4:14',
      '  - graph "ad-request" (owner ads-serving)',
      '  expected a team of the owners file, found "ads-serach"',
      '  hint: did you mean "ads-search"? name a team of the owners file',
      '  rule known-owner in graph "ad-request"; docs/errors/TENON1034.md',
    ].join("\n"),
  );
});

test("without the source there is no frame, without a place there is the party", () => {
  expect(renderDiagnostic(error)).toContain(
    `  --> ${file}:1:13  node "one" (owner ads-serach): no such team\n  - node`,
  );
  const placeless = { ...error, primary: { ...error.primary, place: undefined } };
  expect(renderDiagnostic(placeless, options)).toContain('\n  node "one" (owner ads-serach): no such team\n');
});

test("tabs before the caret stay tabs, so that it points at the name", () => {
  const primary = { ...error.primary, place: { file, line: 4, column: 14 } };
  expect(renderDiagnostic({ ...error, primary }, options)).toContain(
    "  4 | \tconst two = node({});\n    | \t            ^^^^ no such team",
  );
});

test("colours are escapes around the same text", () => {
  const escapeCode = String.fromCharCode(27);
  const coloured = renderDiagnostic(error, { ...options, color: true });
  expect(coloured).toContain(`${escapeCode}[31;1merror TENON1034${escapeCode}[0m`);
  expect(renderDiagnostic(warning, { ...options, color: true })).toContain(
    `${escapeCode}[33;1mwarning TENON1010${escapeCode}[0m`,
  );
  expect(coloured.replaceAll(new RegExp(`${escapeCode}\\[[\\d;]*m`, "g"), "")).toBe(renderDiagnostic(error, options));
});

test("many parties are counted, not listed", () => {
  const many = Array.from({ length: 40 }, (_, index) => ({ kind: "node", name: `n${index}` }) as const);
  const shown = renderDiagnostic({ ...error, secondary: many });
  expect(shown).toContain('- node "n11"');
  expect(shown).not.toContain('"n12"');
  expect(shown).toContain("  and 28 more");
});

test("a list ends with its totals", () => {
  expect(renderDiagnostics([], options)).toBe("0 errors, 0 warnings");
  expect(renderDiagnostics([error, warning], options).split("\n\n").at(-1)).toBe("1 error, 1 warning");
});

test("JSON has a version, totals and paths below the root", () => {
  const report = JSON.parse(diagnosticsToJson([error, warning], options));
  expect(report).toMatchObject({ version: 1, errors: 1, warnings: 1 });
  expect(report.diagnostics[0]).toEqual({
    ...JSON.parse(JSON.stringify(error).replaceAll("/repo/", "")),
  });
  expect(diagnosticsToJson([error], options)).toBe(diagnosticsToJson([error], options));
});

test("SARIF names rules, places, owners and related places, and gives the exact region of a fix", () => {
  const log = JSON.parse(diagnosticsToSarif([error, warning, error], { ...options, version: "0.1.0" }));
  expect(log.version).toBe("2.1.0");
  const [run] = log.runs;
  expect(run.tool.driver).toMatchObject({ name: "tenon", version: "0.1.0" });
  expect(run.tool.driver.rules.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
    ["TENON1010", "unread-output"],
    ["TENON1034", "known-owner"],
  ]);
  const [first, second, third] = run.results;
  expect([first.level, second.level]).toEqual(["error", "warning"]);
  expect(run.tool.driver.rules[first.ruleIndex].id).toBe(first.ruleId);
  expect(first.locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: "graphs/ad%20request.graph.ts", uriBaseId: "%SRCROOT%" },
    region: { startLine: 1, startColumn: 13 },
  });
  expect(first.relatedLocations).toHaveLength(2);
  expect(first.relatedLocations[1].physicalLocation).toBeUndefined();
  expect(first.properties.owners).toEqual(["ads-serach", "ads-serving"]);
  expect(first.fixes[0].artifactChanges[0].replacements).toEqual([
    {
      deletedRegion: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 22 },
      insertedContent: { text: 'owner: "ads-search"' },
    },
  ]);
  expect(first.partialFingerprints).toEqual(third.partialFingerprints);
  expect(first.partialFingerprints).not.toEqual(second.partialFingerprints);
});

test("SARIF without the source has no fix, and outside the root a file has its full address", () => {
  const log = JSON.parse(diagnosticsToSarif([error], { root: "/elsewhere" }));
  expect(log.runs[0].results[0].fixes).toBeUndefined();
  expect(log.runs[0].results[0].locations[0].physicalLocation.artifactLocation).toEqual({
    uri: "file:///repo/graphs/ad%20request.graph.ts",
  });
});
