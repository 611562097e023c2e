import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shopProject } from "./testing/shop-project.ts";
import { LAUNCHER, tenon } from "./testing/tenon.ts";

/** Makes the process that imports it believe that it is an old Node; the process it starts knows better. */
const OLD_NODE = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.20.2"})';
const plainEnvironment = { PATH: process.env["PATH"] ?? "", NODE_OPTIONS: "" };

test("it runs from its sources without flags, and without a build", async () => {
  const { exitCode, out } = await tenon(["--version"]);
  expect([exitCode, out]).toEqual([0, "0.1.0\n"]);
});

test("an old Node on the path starts the project's own, and hands on its exit code and output", () => {
  const shop = shopProject("right");
  const start = (...args: readonly string[]) =>
    spawnSync(process.execPath, ["--import", OLD_NODE, LAUNCHER, ...args], {
      cwd: shop.folder,
      encoding: "utf8",
      env: plainEnvironment,
    });
  expect(start("--version")).toMatchObject({ status: 0, stdout: "0.1.0\n", stderr: "" });
  expect(start("graph", "no-such").status).toBe(2);
  shop.remove();
});

test("an old Node without another one to turn to is told what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-old-"));
  try {
    cpSync(LAUNCHER, join(folder, "tenon.mjs"));
    const ended = spawnSync(process.execPath, ["--import", OLD_NODE, join(folder, "tenon.mjs"), "check"], {
      cwd: folder,
      encoding: "utf8",
      env: plainEnvironment,
    });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain("error TENON1711: tenon needs Node 24 or later, this is 20.20.2\n  hint: ");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Makes a process say at its end which flags it runs with. */
const TELL_FLAGS =
  "--import=data:text/javascript,process.on('exit',()=>console.error(process.pid,process.execArgv.join()))";
/** Refused before anything is loaded. */
const REFUSED = ["up", "--host", "0.0.0.0"];

test("tenon up serves with the young generation of a server, in the process that was started", () => {
  const { status, stderr, pid } = spawnSync(process.execPath, [LAUNCHER, ...REFUSED], {
    encoding: "utf8",
    env: { ...plainEnvironment, NODE_OPTIONS: TELL_FLAGS },
  });
  expect(status).toBe(2);
  expect(stderr).toContain("error TENON1601");
  expect(stderr).toContain(`\n${pid} --min-semi-space-size=32,--max-semi-space-size=32\n`);
  expect(stderr).not.toContain("Warning");
});

test("who chose another young generation keeps it, and other commands begin once", () => {
  const flags = ["--max-semi-space-size=64"];
  const start = (...args: readonly string[]) =>
    spawnSync(process.execPath, args, { encoding: "utf8", env: { ...plainEnvironment, NODE_OPTIONS: TELL_FLAGS } });
  const chosen = start(...flags, LAUNCHER, ...REFUSED);
  expect(chosen.stderr).toContain(`\n${chosen.pid} ${flags.join()}\n`);
  const version = start(LAUNCHER, "--version");
  expect(version.stderr).toBe(`${version.pid} \n`);
});

test("a reader that has seen enough is no error", () => {
  const command = `"${process.execPath}" "${LAUNCHER}" explain | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", command], {
    encoding: "utf8",
    env: plainEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect([stdout, stderr]).toEqual(["code       means\n0\n", ""]);
});
