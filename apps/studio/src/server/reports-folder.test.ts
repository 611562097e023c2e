import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyReport, sampleReport } from "../../testing/sample-report.ts";
import { IndexDocumentSchema, ReportEntrySchema } from "../data/index-document.ts";
import { withReports } from "./reports-beside.ts";
import { REPORT_BYTES_MAX, REPORTS_MAX, reportsFolder } from "./reports-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-reports-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `at`: seconds since 1970. */
function write(name: string, text: string, at: number): string {
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, "report.json");
  writeFileSync(path, text);
  utimesSync(path, at, at);
  return path;
}
const listed = async () => (await reportsFolder(folder).list()).map((entry) => ReportEntrySchema.parse(entry));

test("the report of the folder and those within, newest first, whole by id", async () => {
  const report = sampleReport();
  write(".", JSON.stringify(report), 100);
  write("pr-12", JSON.stringify(emptyReport()), 300);
  mkdirSync(join(folder, "nothing-in-it"));
  expect(await listed()).toEqual([
    { id: "pr-12", atMs: 300_000, title: "nothing differs in 704 runs", verdict: "PASS", problem: null },
    { id: "report", atMs: 100_000, title: report.verdict.sentence, verdict: "NEEDS REVIEW", problem: null },
  ]);
  expect(await reportsFolder(folder).read("report")).toEqual(report);
});

test("a folder that is not there yet has no reports", async () => {
  const source = reportsFolder(join(folder, "none"));
  expect([await source.list(), await source.read("report")]).toEqual([[], undefined]);
});

test.each([
  ["no JSON", "{", /it is no JSON/],
  ["an older format", '{"format":"tenon.report/0"}', /its format is "tenon.report\/0", expected "tenon.report\/1"/],
  ["no format", "[]", /its format is not told/],
  ["a part that is missing", '{"format":"tenon.report/1"}', /at verdict/],
])("%s: listed with the reason, and not opened", async (_, text, reason) => {
  write("old", text, 1);
  const [entry] = await listed();
  expect(entry).toMatchObject({ id: "old", title: "old", verdict: "" });
  expect(entry?.problem).toMatch(reason);
  expect(entry?.problem).toContain("TENON2057");
  await expect(reportsFolder(folder).read("old")).rejects.toMatchObject({ code: "TENON2057" });
});

test("a file above the bound is not read", async () => {
  const path = write("large", JSON.stringify(sampleReport()), 1);
  truncateSync(path, REPORT_BYTES_MAX + 1);
  expect((await listed())[0]?.problem).toContain(`it has ${REPORT_BYTES_MAX + 1} bytes`);
});

test("the newest are listed, no more than the bound", async () => {
  for (let at = 0; at < REPORTS_MAX + 3; at++) write(`r${at}`, "{}", at + 1);
  const ids = (await listed()).map(({ id }) => id);
  expect(ids).toHaveLength(REPORTS_MAX);
  expect([ids[0], ids.at(-1)]).toEqual([`r${REPORTS_MAX + 2}`, "r3"]);
});

test("an id is no path: nothing outside the folder is opened, links neither", async () => {
  const outside = mkdtempSync(join(tmpdir(), "tenon-outside-"));
  writeFileSync(join(outside, "report.json"), JSON.stringify(sampleReport()));
  symlinkSync(outside, join(folder, "linked"));
  mkdirSync(join(folder, "inner"));
  symlinkSync(join(outside, "report.json"), join(folder, "inner/report.json"));
  const source = reportsFolder(folder);
  expect(await source.list()).toEqual([]);
  for (const id of ["..", ".", "../x", outside, `../${outside.slice(5)}`, "linked", "inner", ""])
    expect(await source.read(id), id).toBeUndefined();
  rmSync(outside, { recursive: true });
});

test("a file that changes is read again", async () => {
  const source = reportsFolder(folder);
  write("a", "{}", 1);
  expect((await source.list())[0]?.problem).not.toBeNull();
  write("a", JSON.stringify(emptyReport()), 2);
  expect((await source.list())[0]?.problem).toBeNull();
});

test("beside a host: own reports first, the host's where the id is none of ours", async () => {
  write("mine", JSON.stringify(emptyReport()), 1);
  const entry = { title: "t", verdict: "PASS", atMs: 5, problem: null };
  const index = IndexDocumentSchema.parse({
    ...{ format: "tenon.studio.index/2", live: true, host: null, graphs: [], runs: [], documents: null },
    reports: ["mine", "theirs"].map((id) => ({ id, ...entry })),
    can: { values: false, documents: false, whatIf: false, lineage: false, live: false },
  });
  const ask = withReports(async (address) => (address === "index.json" ? index : address), reportsFolder(folder));
  const { reports } = IndexDocumentSchema.parse(await ask("index.json"));
  expect(reports.map(({ id, title }) => [id, title])).toEqual([
    ["mine", "nothing differs in 704 runs"],
    ["theirs", "t"],
  ]);
  expect(await ask("reports/mine.json")).toEqual(emptyReport());
  expect(await ask("reports/theirs.json")).toBe("reports/theirs.json");
  expect(await ask("live.json")).toBe("live.json");
});
