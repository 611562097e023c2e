import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sampleReport } from "../../../../apps/studio/testing/sample-report.ts";
import { LAUNCHER, tenon } from "../testing/tenon.ts";
import { keptTerminal } from "../testing/terminal.ts";
import { up } from "./up.ts";

const SMALL = ["--role", "admixer", "--ads-max", "3000", "--users-count", "50", "--port", "0"];
const folder = mkdtempSync(join(tmpdir(), "tenon-up-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("--once serves one sample request over HTTP, shows its ads and prices, and exits 0 with the log on disk", async () => {
  const { exitCode, out, talk } = await tenon(["up", "--once", ...SMALL], { folder });
  expect([exitCode, talk]).toEqual([0, ""]);
  expect(out).toMatch(/^Tenon AdMixer http:\/\/127\.0\.0\.1:\d+\n/);
  expect(out).toMatch(/trace +http:\/\/127\.0\.0\.1:\d+\/v1\/trace\/\S+\n/);
  for (const title of ["position", "brand", "price", "reason"]) expect(out).toContain(title);
  expect(readdirSync(join(folder, ".tenon/admixer/log")).length).toBeGreaterThan(0);
}, 60_000);

test("the whole system starts from nothing, and a change of a bid is served; a second start finds it filled", async () => {
  const small = ["up", "--once", "--json", "--ads-max", "200", "--users-count", "50", "--port", "0", "--edits", "0"];
  const home = mkdtempSync(join(tmpdir(), "tenon-whole-"));
  try {
    for (const start of ["first", "second"]) {
      const { exitCode, out, talk } = await tenon(small, { folder: home, runMsMax: 110_000 });
      expect([start, exitCode, talk]).toEqual([start, 0, ""]);
      const { change, response } = JSON.parse(out);
      expect(change.servedAfterMs).toBeGreaterThan(0);
      expect(change.afterMicros).toBe(Math.round(change.beforeMicros * 1.25));
      expect(response.positions.length).toBeGreaterThan(0);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 240_000);

test("roles that do not exist, or do not go together, are refused by name", async () => {
  const unknown = await tenon(["up", "--role", "gatewy"], { folder });
  expect(unknown.exitCode).toBe(2);
  expect(unknown.talk).toContain('there is no role "gatewy"');
  const together = await tenon(["up", "--role", "gateway", "--role", "admixer"], { folder });
  expect(together.exitCode).toBe(2);
  const alone = await tenon(["up", "--role", "gateway"], { folder, environment: { DATABASE_URL: "" } });
  expect(alone.talk).toContain("DATABASE_URL");
});

test("it serves until Ctrl-C, keeps the sample's trace, explains its ads, opens reports, and ends with 0", async () => {
  mkdirSync(join(folder, "ci/pr-12"), { recursive: true });
  writeFileSync(join(folder, "ci/pr-12/report.json"), JSON.stringify(sampleReport()));
  const child = spawn(process.execPath, [LAUNCHER, "up", "--json", "--reports", "ci", ...SMALL], {
    cwd: folder,
    env: { NODE_OPTIONS: "" },
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  let text = "";
  const report = await new Promise<{ readonly url: string; readonly traceUrl: string; readonly response: Response }>(
    (done, failed) => {
      child.stdout.on("data", (part: Buffer) => {
        text += part.toString();
        if (text.endsWith("}\n")) done(JSON.parse(text));
      });
      child.on("close", (code) => failed(new Error(`ended with ${code} before it served`)));
    },
  );
  const trace = await fetch(report.traceUrl);
  expect(trace.status).toBe(200);
  const ad = report.response.positions.find(({ kind }) => kind === "ad");
  const explained = await tenon(["explain", "ad", report.response.requestId, String(ad?.adId), "--url", report.url]);
  expect(explained.exitCode).toBe(0);
  expect(explained.out).toMatch(/^ad \d+ was shown at position \d+\n/);
  const unknown = await tenon(["explain", "ad", "no-such-request", "1", "--url", report.url, "--json"]);
  expect(unknown.exitCode).toBe(3);
  expect(JSON.parse(unknown.out)).toMatchObject({ error: { code: "TENON1710" } });
  const index = (await (await fetch(`${report.url}/studio/data/index.json`)).json()) as { readonly reports: object[] };
  expect(index.reports).toMatchObject([{ id: "pr-12", problem: null }]);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
}, 60_000);

interface Response {
  readonly requestId: string;
  readonly positions: readonly { readonly kind: string; readonly adId?: number }[];
}

test("a folder of reports that is not there is refused before anything starts", async () => {
  for (const roles of [[], ["--role", "admixer"]]) {
    const { exitCode, talk } = await tenon(["up", ...roles, "--reports", "none"], { folder });
    expect([exitCode, talk]).toEqual([2, expect.stringContaining("there is no folder")]);
  }
});

test("a port that is taken is said in words, and nothing hangs", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { readonly port: number };
  const { exitCode, talk } = await tenon(["up", ...SMALL.slice(0, -1), String(port)], { folder });
  server.close();
  expect(exitCode).toBe(3);
  expect(talk).toContain(`error TENON1603: cannot listen on 127.0.0.1:${port}\n`);
}, 60_000);

test("a log that another host has is said in words, and the process ends", async () => {
  const taken = mkdtempSync(join(tmpdir(), "tenon-taken-"));
  writeFileSync(join(taken, "lock"), String(process.pid));
  const { exitCode, talk } = await tenon(["up", "--once", ...SMALL, "--log-folder", taken], { folder });
  rmSync(taken, { recursive: true });
  expect(exitCode).toBe(3);
  expect(talk).toContain(`error TENON1604: folder "${taken}" is in use by process ${process.pid}\n`);
  expect(talk).not.toContain("TENON1712");
}, 60_000);

test("Ctrl-C while the sample request is out stops the host, and is no success", async () => {
  const terminal = keptTerminal({ folder, stopAsked: async () => undefined });
  const options = {
    role: ["admixer"],
    once: true,
    adsMax: "3000",
    usersCount: "50",
    port: "0",
    dataFolder: join(folder, "interrupted"),
  };
  expect(await up(options, terminal)).toBe(3);
  expect(terminal.said).toEqual({ out: "", talk: "" });
  expect(readdirSync(join(folder, "interrupted/log"))).not.toContain("lock");
}, 60_000);

test("a host that is open to the world without a token is refused before anything is loaded", async () => {
  const { exitCode, talk } = await tenon(["up", "--host", "0.0.0.0"], { folder });
  expect([exitCode, talk]).toEqual([2, expect.stringContaining("TENON1601")]);
});
