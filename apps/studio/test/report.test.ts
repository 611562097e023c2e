/** A report of a dev run in a real browser, from a folder that a real host serves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { topologyHash, topologyOf } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import { afterAll, expect, test } from "vitest";
import { appFiles, exportStudio, reportsFolder } from "../src/server/index.ts";
import { axeFindings } from "../testing/axe-findings.ts";
import { DESK, HAND } from "../testing/open-page.ts";
import { sampleHost } from "../testing/sample-host.ts";
import { emptyReport, sampleReport } from "../testing/sample-report.ts";
import { open, PICTURES, page, sample, studioSuite } from "../testing/studio-suite.ts";

const report = sampleReport();
const begins = (node: string) => report.findings.find((finding) => finding.node === node);

let folder: string;

studioSuite(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-report-page-"));
  // A graph whose base is another version, which this studio knows too.
  const now = topologyOf(adRequest);
  const earlier = {
    ...now,
    nodes: now.nodes.map((node) => (node.name === "rankLight" ? { ...node, budgetMs: 1 } : node)),
  };
  for (const graph of report.verdict.graphs)
    if (graph.name === "ad-request")
      Object.assign(graph, { headHash: topologyHash(now), baseHash: topologyHash(earlier) });
  const put = (name: string, text: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "report.json"), text);
  };
  put(".", JSON.stringify(report));
  put("empty", JSON.stringify(emptyReport()));
  put("old", '{"format":"tenon.report/0"}');
  return sampleHost(1, {
    graphs: [now, earlier],
    flags: { adsMax: "2000", warmUpRequests: "0" },
    more: { reports: reportsFolder(folder) },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const hashOf = () => new URL(page.url()).hash;

test("from the list to the verdict, who must look, the finding and its values before and after", async () => {
  await open("view=report");
  const rows = await page.locator(".reports li").allInnerTexts();
  expect(rows.find((row) => row.includes("old"))).toMatch(/cannot be opened[\s\S]*TENON2057/);
  await page.getByRole("link", { name: report.verdict.sentence }).click();
  await page.getByRole("heading", { level: 1, name: report.verdict.sentence }).waitFor();
  expect(hashOf()).toBe("#report/report");
  expect(await page.locator(".verdict-head .chip").innerText()).toContain("NEEDS REVIEW");
  const looks = await page.getByRole("region", { name: "Who must look" }).innerText();
  expect(looks).toMatch(/ads-auction[\s\S]*F1[\s\S]*F2/);
  const score = begins("scoreBids");
  await page
    .locator(".looking")
    .getByRole("link", { name: score?.id ?? "" })
    .click();
  expect(hashOf()).toBe(`#report/report/finding/${score?.id}`);
  const finding = page.locator(`#finding-${score?.id}.open`);
  const said = await finding.innerText();
  for (const { detail } of score?.causes ?? []) expect(said).toContain(detail);
  for (const word of [...(score?.effect ?? []), ...(score?.reproduce ?? []), score?.approve ?? ""])
    expect(said).toContain(word);
  expect(await finding.locator(".before").first().innerText()).toBe(String(score?.fields[0]?.examples[0]?.base));
  expect(await finding.locator(".after").first().innerText()).toBe(String(score?.fields[0]?.examples[0]?.head));
  await page.reload();
  await page.locator("article.open").waitFor();
  expect(await page.locator("article.open").innerText()).toBe(said);
});

test("metrics have their intervals; safety, coverage, performance and next steps are there", async () => {
  await open("report/report");
  const metrics = await page.getByRole("region", { name: "Metrics", exact: true }).innerText();
  const differing = report.metrics.filter(({ note }) => note === "");
  expect(differing.length).toBeGreaterThan(0);
  for (const { name } of differing) expect(metrics).toContain(name);
  expect(metrics.match(/…/g)?.length).toBe(differing.length);
  for (const name of ["Contract and safety", "Coverage and noise", "Performance", "What to do next"])
    expect(await page.getByRole("region", { name, exact: true }).count(), name).toBe(1);
  expect(await page.getByRole("region", { name: "Coverage and noise" }).innerText()).toContain(report.trust.sampled);
});

test("keys step through findings, and a command is copied", async () => {
  await open("report/report");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.press("n");
  expect(hashOf()).toBe("#report/report/finding/F1");
  await page.keyboard.press("n");
  expect(hashOf()).toBe("#report/report/finding/F2");
  await page.keyboard.press("p");
  expect(hashOf()).toBe("#report/report/finding/F1");
  const command = report.findings[0]?.reproduce[0] ?? "";
  await page.getByRole("button", { name: `Copy: ${command}` }).click();
  await page.getByText("Copied").waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(command);
  await page.keyboard.press("Escape");
  expect(hashOf()).toBe("#report/report");
});

test("the graph: where the finding begins and what it reaches, version with version, and back", async () => {
  const score = begins("scoreBids");
  await open(`report/report/finding/${score?.id}`);
  await page.getByRole("link", { name: "Show in the graph" }).click();
  await page.locator("[data-box]").first().waitFor();
  expect(await page.locator("main h1").innerText()).toBe(
    `${score?.id} begins at scoreBids; ${score?.downstream.length} affected behind it.`,
  );
  const boxes = async (kind: string) =>
    (
      await page.locator(`.box.${kind}`).evaluateAll((all) => all.map((box) => box.getAttribute("data-box")))
    ).toSorted();
  // rankLight differs between the two versions by its declaration.
  expect(await boxes("changed")).toEqual(["rankLight", "scoreBids"]);
  expect(await boxes("affected")).toEqual(score?.downstream.map(({ node }) => node).toSorted());
  await page.screenshot({ path: join(PICTURES, "report-graph.png") });
  await page.getByLabel("Select nodes").fill("affected");
  expect(await page.locator(".finds [role=status]").innerText()).toBe(`${score?.downstream.length} of 42`);
  await page.getByRole("link", { name: "back to the report" }).click();
  await page.locator("article.open").waitFor();
  expect(hashOf()).toBe(`#report/report/finding/${score?.id}`);
});

test("an empty report is one calm sentence", async () => {
  await open("report/empty");
  expect(await page.locator("main h1").innerText()).toBe("Nothing differs in 704 runs");
  expect(await page.locator("main").innerText()).toContain("Nobody has to look.");
  expect(await page.locator("article").count()).toBe(0);
  expect(await page.getByRole("region", { name: "Findings" }).count()).toBe(0);
});

test("an export takes reports along, and names those that cannot be opened", async () => {
  const out = mkdtempSync(join(tmpdir(), "tenon-export-reports-"));
  const ask = async (address: string) => (await fetch(`${sample.url}/studio/data/${address}`)).json();
  expect(await exportStudio({ folder: out, app: await appFiles(), ask })).toMatchObject({ reports: 2 });
  expect(await reportsFolder(out).list()).toEqual([]);
  rmSync(out, { recursive: true });
  for (const [address, status] of [
    ["reports/report.json", 200],
    ["reports/old.json", 409],
    ["reports/none.json", 404],
    ["reports/..%2freport.json", 404],
    ["reports/..%2f..%2fpackage.json", 404],
  ] as const)
    expect((await fetch(`${sample.url}/studio/data/${address}`)).status, address).toBe(status);
});

const STATES = ["view=report", "report/report", "report/report/finding/F2", "report/empty"];
const LOOKS = [
  [DESK, "light"],
  [DESK, "dark"],
  [HAND, "light"],
  [HAND, "dark"],
] as const;
test.each(STATES.flatMap((state) => LOOKS.map(([size, theme]) => ({ state, size, theme }))))(
  "axe finds nothing, nothing is wider than the page: $state, $size.width, $theme",
  async ({ state, size, theme }) => {
    await open(state, { size, theme });
    await page.screenshot({ path: join(PICTURES, `report-${state.replace(/\W+/g, "-")}-${size.width}-${theme}.png`) });
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth)).toBeLessThanOrEqual(0);
  },
);
