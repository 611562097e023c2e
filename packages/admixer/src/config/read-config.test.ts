import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import { isLoopback } from "@tenon/http-host";
import { afterAll, expect, test } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { type ConfigSources, describeConfig, environmentName, flagName, readConfig } from "./read-config.ts";
import { DEFAULT_SETTINGS, SETTING_NAMES, SettingsSchema } from "./settings.ts";

const { folder, remove } = scratchFolder();
afterAll(remove);

function problemOf(from: ConfigSources): GraphError {
  try {
    readConfig({ folder, ...from });
  } catch (error) {
    if (error instanceof GraphError) return error;
  }
  throw new Error("the settings were taken");
}

test("without sources every setting is its default, which is valid and listens on loopback", () => {
  const { settings, sources } = readConfig({ folder });
  expect(SettingsSchema.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  expect(settings.port).toBe(DEFAULT_SETTINGS.port);
  expect(isLoopback(settings.host)).toBe(true);
  expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
});

test("each layer is over the one before, and a value knows where it came from", () => {
  const path = join(folder, "host.json");
  writeFileSync(path, JSON.stringify({ port: 1, deadlineMs: 1, concurrencyMax: 1 }));
  const { settings, sources } = readConfig({
    folder,
    file: "host.json",
    environment: { TENON_DEADLINE_MS: "2", TENON_CONCURRENCY_MAX: "2" },
    flags: { concurrencyMax: "3" },
  });
  expect([settings.port, settings.deadlineMs, settings.concurrencyMax]).toEqual([1, 2, 3]);
  const { port, deadlineMs, concurrencyMax, host } = sources;
  expect([port, deadlineMs, concurrencyMax, host]).toEqual([
    `file ${path}`,
    "TENON_DEADLINE_MS",
    "--concurrency-max",
    "default",
  ]);
});

test("a file that was named must be there and hold an object of settings", () => {
  expect(problemOf({ file: "missing.json" }).detail).toContain("it is not there");
  writeFileSync(join(folder, "list.json"), "[]");
  expect(problemOf({ file: "list.json" }).detail).toContain("expected one object");
  writeFileSync(join(folder, "typo.json"), JSON.stringify({ prot: 1 }));
  expect(problemOf({ file: "typo.json" }).detail).toContain('did you mean "port"?');
  writeFileSync(join(folder, "broken.json"), "{");
  expect(problemOf({ file: "broken.json" }).code).toBe("TENON1600");
});

test("every wrong setting is named with its source, all at once", () => {
  const { code, detail } = problemOf({
    environment: { TENON_PORT: "99999", TENON_LOG_FSYNC: "sometimes" },
    flags: { checkedShare: "2" },
  });
  expect(code).toBe("TENON1600");
  expect(detail).toMatch(/TENON_PORT: port: .*found 99999/);
  expect(detail).toMatch(/TENON_LOG_FSYNC: logFsync: .*found "sometimes"/);
  expect(detail).toMatch(/--checked-share: checkedShare: .*found 2/);
});

test("a misspelt name is told its neighbour", () => {
  expect(problemOf({ environment: { TENON_PROT: "1" } }).detail).toContain("did you mean TENON_PORT?");
  expect(problemOf({ flags: { dedlineMs: 1 } as never }).detail).toContain('did you mean "deadlineMs"?');
  expect(() => readConfig({ folder, environment: { TENON_TEST_REPORT: "x" } })).not.toThrow();
});

test("a host beyond loopback needs an admin token", () => {
  expect(problemOf({ flags: { host: "0.0.0.0" } }).code).toBe("TENON1601");
  const { settings } = readConfig({
    folder,
    flags: { host: "0.0.0.0" },
    environment: { TENON_ADMIN_TOKEN: "0123456789abcdef" },
  });
  expect(settings.adminToken).toBe("0123456789abcdef");
});

test("the token is never shown and never taken from a flag", () => {
  const secret = "0123456789abcdef-secret";
  const config = readConfig({ folder, environment: { TENON_ADMIN_TOKEN: secret } });
  expect(JSON.stringify(describeConfig(config))).not.toContain(secret);
  expect(describeConfig(config).find(({ name }) => name === "adminToken")).toEqual({
    name: "adminToken",
    value: "set",
    source: "TENON_ADMIN_TOKEN",
  });
  expect(problemOf({ flags: { adminToken: secret } }).detail).toContain("TENON_ADMIN_TOKEN");
  expect(problemOf({ environment: { TENON_ADMIN_TOKEN: "short" } }).detail).not.toContain("short");
});

test("names of environment and flags are made of the setting's name, and none collides", () => {
  expect(environmentName("logKeepBytesMax")).toBe("TENON_LOG_KEEP_BYTES_MAX");
  expect(flagName("logKeepBytesMax")).toBe("--log-keep-bytes-max");
  expect(new Set(SETTING_NAMES.map(environmentName)).size).toBe(SETTING_NAMES.length);
});
