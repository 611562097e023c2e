import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandAs, findNobody, giveTo, isTraversable, ownerOf, runCommand } from "./run-as.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-run-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a closed folder anywhere on the way stops another user", async () => {
  await mkdir(join(folder, "a", "b"), { recursive: true });
  await chmod(folder, 0o711);
  expect(await isTraversable(join(folder, "a", "b"), NOBODY)).toBe(true);
  expect(await isTraversable(join(folder, "a", "not-yet"), NOBODY)).toBe(true);
  await chmod(join(folder, "a"), 0o700);
  expect(await isTraversable(join(folder, "a", "b"), NOBODY)).toBe(false);
  const { uid, gid } = await stat(folder);
  expect(await isTraversable(join(folder, "a", "b"), { uid, gid })).toBe(true);
});

test("a program gets no setting of Postgres from this process", async () => {
  process.env.PGDATA = "/elsewhere";
  try {
    const { options } = commandAs({ kind: "self" }, "/bin/postgres", []);
    expect(Object.keys(options.env).filter((name) => name.startsWith("PG"))).toEqual([]);
  } finally {
    delete process.env.PGDATA;
  }
});

test("each way of running makes its command", () => {
  expect(commandAs({ kind: "user", ...NOBODY }, "/p", ["-V"])).toMatchObject({ file: "/p", options: NOBODY });
  expect(commandAs({ kind: "userNamespace", ...NOBODY }, "/p", ["-V"])).toMatchObject({
    file: "unshare",
    args: ["--user", "--map-user=65534", "--map-group=65534", "/p", "-V"],
  });
});

test("files belong to root where the server only seems to be another user", () => {
  const self = process.getuid?.();
  expect(ownerOf({ kind: "userNamespace", ...NOBODY })?.uid).toBe(self);
  expect(ownerOf({ kind: "self" })?.uid).toBe(self);
  expect(ownerOf({ kind: "user", ...NOBODY })?.uid).toBe(65_534);
});

test("nobody is found by name, whatever its number", async () => {
  const passwd = join(folder, "passwd");
  await writeFile(passwd, "root:x:0:0:root:/root:/bin/sh\nnobody:*:99:98:Nobody:/:/bin/false\n");
  expect(await findNobody(passwd)).toEqual({ uid: 99, gid: 98 });
  expect(await findNobody(join(folder, "none"))).toBeUndefined();
});

test("a folder is handed over with all in it", async ({ skip }) => {
  skip(process.getuid?.() !== 0, "only root can give files away");
  await mkdir(join(folder, "data", "base"), { recursive: true });
  await writeFile(join(folder, "data", "base", "1"), "");
  await giveTo(NOBODY, join(folder, "data"));
  expect((await stat(join(folder, "data", "base", "1"))).uid).toBe(65_534);
  expect((await stat(join(folder, "data"))).uid).toBe(65_534);
});

test("a failing program's words are in the error", async () => {
  await expect(runCommand(commandAs({ kind: "self" }, "/bin/ls", ["/no/such"]), 10_000)).rejects.toThrow("/no/such");
});
