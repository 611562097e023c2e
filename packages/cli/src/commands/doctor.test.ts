import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installedVersion, lookAtFolder, lookAtNode, lookAtVersions } from "../doctor/looks.ts";
import { shopProject } from "../testing/shop-project.ts";
import { tenon } from "../testing/tenon.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-doctor-"));
const shop = shopProject("right");
afterAll(() => {
  rmSync(folder, { recursive: true });
  shop.remove();
});

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { readonly subject: string; readonly state: string; readonly found: string }[];
  readonly settings: readonly { readonly name: string; readonly value: string; readonly source: string }[];
}

async function doctor(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const at = ["--project", shop.folder, "--port", "0", "--data-folder", folder];
  const { exitCode, out } = await tenon(["doctor", "--json", ...at, ...args], { environment });
  return { exitCode, ...(JSON.parse(out) as Report) };
}

test("a sound installation passes: Node, packages, settings, folders, port, models, catalogue", async () => {
  const { exitCode, ok, findings } = await doctor({});
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  expect([exitCode, ok]).toEqual([0, true]);
  expect(findings.map(({ subject }) => subject)).toEqual([
    "node",
    "packages",
    "project",
    "settings",
    "data folder",
    "log folder",
    "port",
    "models",
    "catalogue",
  ]);
}, 60_000);

test("every setting is shown with where it came from, and secrets are not shown", async () => {
  const secret = "a-secret-of-some-length";
  const { settings } = await doctor({ TENON_SEED: "7", TENON_ADMIN_TOKEN: secret }, "--ads-max", "10");
  const of = (name: string) => settings.find((each) => each.name === name);
  expect(of("seed")).toEqual({ name: "seed", value: "7", source: "TENON_SEED" });
  expect(of("adsMax")).toEqual({ name: "adsMax", value: "10", source: "--ads-max" });
  expect(of("adminToken")).toMatchObject({ value: "set" });
  expect(JSON.stringify(settings)).not.toContain(secret);
}, 60_000);

test("a wrong setting is a finding that names its source", async () => {
  const { exitCode, findings } = await doctor({ TENON_DEADLINE_MS: "soon" });
  expect(exitCode).toBe(1);
  const settings = findings.find(({ subject }) => subject === "settings");
  expect(settings).toMatchObject({ state: "error", found: expect.stringContaining("TENON_DEADLINE_MS") });
}, 60_000);

test("a taken port is a warning, not an error", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { readonly port: number };
  const { exitCode, findings } = await doctor({}, "--port", String(port));
  server.close();
  expect(exitCode).toBe(0);
  expect(findings.find(({ subject }) => subject === "port")).toMatchObject({
    state: "warning",
    found: `127.0.0.1:${port} is taken`,
  });
}, 60_000);

test("an old Node, a missing package and mixed releases are errors", () => {
  expect(lookAtNode("20.20.2")).toMatchObject({ state: "error", found: "version 20.20.2" });
  expect(lookAtNode("26.0.0")).toMatchObject({ state: "ok" });
  expect(lookAtVersions((name) => (name === "zod" ? undefined : "1"))).toMatchObject({
    state: "error",
    hint: "run `npm ci`",
  });
  expect(lookAtVersions((name) => (name === "@tenon/graphs" ? "2" : "1"))).toMatchObject({ state: "error" });
  expect(lookAtVersions(() => "1")).toMatchObject({ state: "ok" });
  expect(installedVersion("no-such-package")).toBeUndefined();
});

test("a folder below a file cannot be written", () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  expect(lookAtFolder("data folder", join(folder, "new/deep"))).toMatchObject({ state: "ok" });
  expect(lookAtFolder("data folder", join(file, "deep"))).toMatchObject({ state: "error" });
});
