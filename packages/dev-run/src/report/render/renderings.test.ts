/** Renderings of one report, and of one that is larger than any comment may be. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { findingAddress, reportIdOf } from "../report-address.ts";
import { type Finding, type Report, ReportSchema } from "../report-schema.ts";
import { changeMermaid } from "../sections/change-mermaid.ts";
import { renderHtml } from "./html/render-html.ts";
import { COMMENT_MARKER, renderMarkdown } from "./markdown/render-markdown.ts";
import { renderJunit } from "./render-junit.ts";
import { renderSarif } from "./render-sarif.ts";

const EVIL = '</td><script>alert(1)</script> | `x` **b** "q" <!-- -->';

function finding(at: number, more: Partial<Finding> = {}): Finding {
  return {
    ...{
      id: `F${at}`,
      kind: "values",
      severity: "review",
      title: `node "n${at}" gives other values ${EVIL}`,
      graph: "g",
    },
    ...{ node: `n${at}`, owner: "team", place: { file: "packages/nodes/a b.ts", line: 3, column: 5 } },
    causes: [{ kind: "code", detail: EVIL }],
    ...{
      entriesAffected: 1,
      entriesCompared: 2,
      downstream: [{ node: "m", owner: "other" }],
      effect: ["2 ads gained"],
    },
    ...{
      fields: [],
      fieldsMore: 0,
      examples: ["r1"],
      reproduce: [`npx tenon diff show F${at}`],
      approve: `npx tenon diff expect F${at}`,
    },
    ...more,
  };
}

function reportOf(findings: Finding[], nodes: number = findings.length): Report {
  const version = { name: "main", commit: "0123456789abcdef", changed: false };
  return ReportSchema.parse({
    format: "tenon.report/1",
    verdict: {
      ...{
        outcome: findings.length === 0 ? "PASS" : "NEEDS REVIEW",
        sentence: findings[0]?.title ?? "nothing differs in 2 runs",
      },
      counts: {
        ...{ entriesCompared: 2, entriesChanged: 0, requestsCompared: 2, requestsChanged: 0, adsGained: 0, adsLost: 0 },
        ...{ documentsChanged: 0, contractChanges: 0, incomplete: 0 },
      },
      ...{ base: version, head: { ...version, name: "working tree", changed: true }, seed: 1, durationMs: 12 },
      graphs: [
        { name: "quiet", baseHash: "aa", headHash: "aa" },
        { name: "g", baseHash: "aa", headHash: "bb" },
      ],
      corpora: [{ name: "serving", path: "serving.runs", hash: "abc", madeBy: "test", entries: 2 }],
    },
    owners: [],
    graphDiff: {
      nodes: Array.from({ length: nodes }, (_, at) => ({
        graph: "g",
        node: `n${at}`,
        owner: "team",
        change: "code",
        what: EVIL,
        causes: ["code"],
      })),
      ...{ slots: [], edges: { added: [], removed: [] }, mermaid: "", filesChanged: [] },
    },
    safety: { lines: [], servedNotLogged: 0 },
    ...{ metrics: [], fields: findings.flatMap(({ fields }) => fields) },
    rankings: {
      lists: 2,
      listsChanged: 0,
      overlapAt1: 1,
      overlapAt4: 1,
      kendallTau: 1,
      rankBiasedOverlap: 1,
      changes: [],
      changesMore: 0,
    },
    documents: {
      runs: 0,
      added: 0,
      removed: 0,
      changed: 0,
      bytes: { base: 0, head: 0 },
      columns: [],
      handlers: [],
      convergence: { outcome: "notChecked", detail: "" },
    },
    performance: { rounds: 0, entries: 0, rows: [], rowsMore: 0, criticalPath: [] },
    trust: {
      strata: [],
      nodesNotCovered: [],
      reasonsNotCovered: [],
      noise: [],
      ignored: [],
      incomplete: [],
      sampled: "2 of 2 recorded runs",
    },
    ...{ expected: [], findings, next: [] },
  });
}

test("a report without findings is short and says that nothing differs", () => {
  const text = renderMarkdown(reportOf([]));
  expect(text.startsWith(COMMENT_MARKER)).toBe(true);
  expect(text).toContain("PASS: nothing differs in 2 runs");
  expect(text).not.toContain("### ");
});

test("a thousand changed nodes fit a comment, and their picture its host", () => {
  const findings = Array.from({ length: 1_000 }, (_, at) => finding(at + 1));
  expect(Buffer.byteLength(renderMarkdown(reportOf(findings)))).toBeLessThanOrEqual(60_000);
  const names = Array.from({ length: 1_000 }, (_, at) => `node-with-a-long-name-number-${at}`);
  const nodes = names.map((name, at) => ({
    name,
    owner: `team-${at % 9}`,
    inputs: at === 0 ? [] : [names[at - 1]],
    writes: [name],
  }));
  const edges = names.slice(1).map((to, at) => ({ from: names[at], to }));
  const side = { topology: { edges } };
  const graph = { name: "g", nodes, base: side, head: side } as never;
  const changed = names.map((node) => ({
    graph: "g",
    node,
    owner: "team",
    change: "code" as const,
    what: "",
    causes: [],
  }));
  const text = changeMermaid([graph], changed);
  expect(text.length).toBeLessThan(45_000);
  expect(text.match(/:::code/g)?.length).toBe(40);
});

test("whatever the length of its texts, the comment stays within the bytes of a host, and is no shorter than it must be", () => {
  const sizes = [200, 900, 1_800, 2_400, 5_000, 90_000].map((characters) => {
    const findings = Array.from({ length: 30 }, (_, at) => finding(at + 1, { title: "ä".repeat(characters) }));
    return Buffer.byteLength(renderMarkdown(reportOf(findings, 0)));
  });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(60_000);
  expect(Math.max(...sizes)).toBeGreaterThan(40_000);
});

test("nothing of a recorded value is markup", () => {
  const html = renderHtml(reportOf([finding(1)]));
  expect(html).not.toContain("<script");
  const markdown = renderMarkdown(reportOf([finding(1)]));
  expect(markdown).not.toContain("<script>");
  expect(markdown).toContain("\\<script\\>");
});

test("findings link to a studio where one is named, and nowhere else", () => {
  const studio = { url: "https://studio.example/studio/#view=run", reportId: reportIdOf("/x/.tenon/report/pr 12") };
  const address = "https://studio.example/studio/#report/pr%2012/finding/F1";
  expect(findingAddress(studio, "F1")).toBe(address);
  expect(reportIdOf("/x/.tenon/report/")).toBe("report");
  const report = reportOf([finding(1)]);
  expect(renderMarkdown(report, studio)).toContain(`[**F1**](<${address}>)`);
  expect(renderHtml(report, studio)).toContain(`<a href="${address}">F1 in the studio</a>`);
  for (const text of [renderMarkdown(report), renderHtml(report)]) expect(text).not.toContain("https://");
  const many = Array.from({ length: 1_000 }, (_, at) => finding(at + 1));
  expect(Buffer.byteLength(renderMarkdown(reportOf(many), studio))).toBeLessThanOrEqual(60_000);
});

test("the page runs no script, loads nothing, and allows its one style by hash", () => {
  const html = renderHtml(reportOf([finding(1)]));
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  expect(policy).not.toContain("script-src");
  expect(html).not.toMatch(/\b(?:src|href)="(?!#)/);
  expect(html).toContain('name="viewport"');
});

test("SARIF names the line of the node, JUnit fails what is open and passes what is expected", () => {
  const report = reportOf([finding(1), finding(2, { severity: "expected" }), finding(3, { severity: "fail" })]);
  const [run] = JSON.parse(renderSarif(report)).runs;
  expect(run.results.map(({ level }: { readonly level: string }) => level)).toEqual(["warning", "note", "error"]);
  expect(run.results[0].locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: "packages/nodes/a%20b.ts" },
    region: { startLine: 3 },
  });
  const xml = renderJunit(report);
  expect(xml).toContain('tests="4" failures="2"');
  const cases = [...xml.matchAll(/<testcase [^>]*name="(F\d)"[^>]*?(\/>|>)/g)];
  expect(cases.map(([, id, end]) => [id, end === ">"])).toEqual([
    ["F1", true],
    ["F2", false],
    ["F3", true],
  ]);
  expect(xml).toContain('classname="quiet"');
});
