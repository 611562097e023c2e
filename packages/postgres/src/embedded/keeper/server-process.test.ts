import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dataFolderAt } from "./data-folder.ts";
import { shortenLog } from "./server-process.ts";

test("a long log is put aside while it goes on, and the one before is given up", async () => {
  const folder = dataFolderAt(await mkdtemp(join(tmpdir(), "tenon-log-")));
  const old = () => readFile(join(folder.path, "postgres.old.log"), "utf8");
  await shortenLog(folder, 10);
  await appendFile(folder.log, "short");
  await shortenLog(folder, 10);
  expect(await readFile(folder.log, "utf8")).toBe("short");
  await appendFile(folder.log, " and long");
  await shortenLog(folder, 10);
  expect([await old(), await readFile(folder.log, "utf8")]).toEqual(["short and long", ""]);
  await appendFile(folder.log, "another long one");
  await shortenLog(folder, 10);
  expect(await old()).toBe("another long one");
  await rm(folder.path, { recursive: true });
});
