import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveTestCommand } from "@tenon/studio/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SampleHost, sampleHost } from "../../../../apps/studio/testing/sample-host.ts";
import { sampleReport } from "../../../../apps/studio/testing/sample-report.ts";
import { runCli } from "../run-cli.ts";
import { keptTerminal } from "../testing/terminal.ts";

const TOKEN = "a-secret-of-16-chars";
let sample: SampleHost;
let url: string;
beforeAll(async () => {
  const flags = { host: "0.0.0.0", adsMax: "2000", warmUpRequests: "0" };
  sample = await sampleHost(3, { environment: { TENON_ADMIN_TOKEN: TOKEN }, flags });
  url = sample.url.replace("0.0.0.0", "127.0.0.1");
}, 120_000);
afterAll(() => sample?.stop(), 30_000);

test("an export of a host elsewhere: page and data, with the token of the environment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-studio-cli-"));
  const terminal = keptTerminal({ environment: { TENON_ADMIN_TOKEN: TOKEN } });
  expect(await runCli(["studio", "--host", url, "--export", folder], terminal)).toBe(0);
  expect(terminal.said.out).toMatch(/graphs, 3 runs, 0 documents/);
  for (const file of ["index.html", "data/index.json", "data/runs/sample-0.json"])
    expect(existsSync(join(folder, file)), file).toBe(true);
  rmSync(join(folder, "data"), { recursive: true });
  writeFileSync(join(folder, "mine"), "x");
  const again = keptTerminal({ environment: { TENON_ADMIN_TOKEN: TOKEN } });
  expect(await runCli(["studio", "--host", url, "--export", folder], again)).toBe(2);
  expect(again.said.talk).toContain("TENON2056");
  rmSync(folder, { recursive: true });
}, 60_000);

test("reports of this machine are taken along, by name or from the project", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-studio-cli-"));
  const put = (path: string) => {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, "report.json"), JSON.stringify(sampleReport()));
  };
  put("ci/pr-12");
  put(".tenon/report");
  const environment = { TENON_ADMIN_TOKEN: TOKEN };
  for (const [words, file] of [
    [["--reports", "ci"], "pr-12.json"],
    [[], "report.json"],
  ] as const) {
    const terminal = keptTerminal({ environment, folder });
    expect(await runCli(["studio", "--host", url, "--export", "out", ...words], terminal)).toBe(0);
    expect(terminal.said.out).toContain("1 reports");
    expect(readdirSync(join(folder, "out/data/reports"))).toEqual([file]);
  }
  const wrong = keptTerminal({ environment, folder });
  expect(await runCli(["studio", "--host", url, "--reports", "none"], wrong)).toBe(2);
  expect(wrong.said.talk).toContain("there is no folder");
  rmSync(folder, { recursive: true });
}, 60_000);

test.each(["../elsewhere", "/studio", "ftp://host/studio/"])(
  "a report whose studio is %s is refused before anything runs",
  async (studio) => {
    const terminal = keptTerminal();
    expect(await runCli(["report", "--base", "HEAD", "--studio", studio], terminal)).toBe(2);
    expect(terminal.said.talk).toContain(`"${studio}" is no address of a studio`);
  },
);

test("what the page says to paste makes a test of a kept request, with the verdict on its ad", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-save-test-"));
  const run = sample.host.host.kept.get("sample-0");
  const stage = run?.ledger.stages.find(({ drops }) => drops.length > 0);
  const adId = stage?.batch.ids.at(stage.droppedRows[0] as number);
  const command = saveTestCommand({ requestId: "sample-0", host: url, adId });
  const terminal = keptTerminal({ environment: { TENON_ADMIN_TOKEN: TOKEN }, folder });
  for (const words of command.split(" && ").map((part) => part.split(" "))) {
    expect(words.slice(0, 2)).toEqual(["npx", "tenon"]);
    expect([await runCli(words.slice(2), terminal), terminal.said.talk]).toEqual([0, ""]);
  }
  const text = readFileSync(join(folder, "sample-0.test.ts"), "utf8");
  expect(text).toContain('findEntry(corpus, "sample-0")');
  expect(text).toContain(`"adId":${adId}`);
  expect(existsSync(join(folder, "sample-0.runs"))).toBe(true);
  rmSync(folder, { recursive: true });
}, 60_000);

test.each([
  ["a host that wants another token", () => ["--host", url, "--token", "wrong"], 2, "TENON2050"],
  ["nobody there", () => ["--host", "http://127.0.0.1:1"], 3, "TENON2055"],
  ["no address", () => ["--host", "ftp://elsewhere"], 2, "TENON1700"],
])("%s: exit code and what is said", async (_, words, exitCode, code) => {
  const terminal = keptTerminal();
  expect(await runCli(["studio", ...words()], terminal)).toBe(exitCode);
  expect(terminal.said.talk).toContain(code);
});
