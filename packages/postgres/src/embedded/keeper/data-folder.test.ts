import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataFolderAt, dataMajorVersion, openDataFolder, requireMajorVersion } from "./data-folder.ts";
import { initData, passwordOf } from "./init-data.ts";
import type { LaunchFailure } from "./launch-failure.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function refusal(path: string): Promise<LaunchFailure["facts"]> {
  const error: LaunchFailure = await openDataFolder(path).catch((failure) => failure);
  return error.facts;
}

test("a missing folder is made, closed to others, and known again", async () => {
  const path = join(folder, "a", "b");
  const made = await openDataFolder(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect(await openDataFolder(path)).toEqual(made);
  expect(await dataMajorVersion(made)).toBeUndefined();
});

test("a folder with something else in it is refused, and nothing is written to it", async () => {
  await writeFile(join(folder, "cat.jpg"), "");
  expect(await refusal(folder)).toMatchObject({
    code: "TENON1512",
    detail: "expected tenon-postgres.json, found cat.jpg",
  });
  expect(await readdir(folder)).toEqual(["cat.jpg"]);
});

test("a data directory made otherwise is refused with what to do", async () => {
  await writeFile(join(folder, "PG_VERSION"), "18\n");
  expect(await refusal(folder)).toMatchObject({ code: "TENON1512", hint: expect.stringContaining("DATABASE_URL") });
});

test("a file in the folder's place is refused", async () => {
  await writeFile(join(folder, "file"), "");
  expect(await refusal(join(folder, "file"))).toMatchObject({ code: "TENON1512" });
});

test("a layout of another format is refused", async () => {
  await writeFile(join(folder, "tenon-postgres.json"), '{"format":7}');
  expect((await refusal(folder)).detail).toBe("its layout is of format 7, expected 1");
});

test("another user's folder is refused", async ({ skip }) => {
  skip(process.getuid?.() !== 0, "only root can give a folder away");
  const made = await openDataFolder(join(folder, "theirs"));
  await chown(made.path, 1234, 1234);
  expect((await refusal(made.path)).detail).toBe("it belongs to user 1234, and this is user 0");
});

test("data of another major version is refused with both versions", async () => {
  const made = await openDataFolder(folder);
  await mkdir(made.data);
  await writeFile(join(made.data, "PG_VERSION"), "17\n");
  expect(await dataMajorVersion(made)).toBe(17);
  const failure = () => requireMajorVersion(made, 17, 18);
  expect(failure).toThrow(`the data in "${made.path}" was made by Postgres 17, and this is Postgres 18`);
});

test("a password is made once, for us alone, and not anew for data that has one", async () => {
  const made = await openDataFolder(folder);
  const password = await passwordOf(made, false);
  expect(password).toMatch(/^[\w-]{32}$/);
  expect((await stat(made.secret)).mode & 0o777).toBe(0o600);
  expect(await passwordOf(made, true)).toBe(password);
  await rm(made.secret);
  await expect(passwordOf(made, true)).rejects.toMatchObject({ facts: { code: "TENON1512" } });
});

test("a first use that fails leaves no data behind", async () => {
  const made = await openDataFolder(folder);
  const programs = {
    home: "/nowhere",
    origin: "package",
    runAs: { kind: "self" },
    version: "18.4",
    major: 18,
  } as const;
  await expect(initData(made, programs, "secret")).rejects.toMatchObject({ facts: { code: "TENON1513" } });
  expect((await readdir(folder)).sort()).toEqual(["keeper", "tenon-postgres.json"]);
  expect(dataFolderAt(made.path)).toEqual(made);
});
