import { randomBytes } from "node:crypto";
import { chown, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerPrograms } from "./choose-server.ts";
import { type DataFolder, readJson } from "./data-folder.ts";
import { LaunchFailure, messageOf, startFailed } from "./launch-failure.ts";
import { commandAs, ownerOf, runCommand } from "./run-as.ts";

/** Takes 0.5 s; a loaded machine with a slow disk gets far more. */
const INITDB_MS_MAX = 120_000;
const PASSWORD_BYTES = 24;

export const SUPERUSER = "postgres";

/**
 * The password of the superuser: made on first use, then read. The file is readable by us alone, and the password never
 * stands on a command line.
 *
 * @throws LaunchFailure TENON1512 when there is data whose password is lost
 */
export async function passwordOf(folder: DataFolder, hasData: boolean): Promise<string> {
  const { password } = await readJson<{ password?: string }>(folder.secret, {});
  if (password !== undefined) return password;
  if (hasData) {
    throw new LaunchFailure({
      code: "TENON1512",
      category: "input",
      message: `"${folder.path}" cannot be used as a data folder`,
      detail: "there is data, but the password in secret.json is gone or unreadable",
      hint: "put secret.json back, or move the folder away if its data can be made again",
    });
  }
  const made = randomBytes(PASSWORD_BYTES).toString("base64url");
  await writeFile(folder.secret, `${JSON.stringify({ password: made })}\n`, { mode: 0o600 });
  return made;
}

/** Makes the data directory in one step: it is prepared beside its place, so that a broken first use leaves none. */
export async function initData(folder: DataFolder, programs: ServerPrograms, password: string): Promise<void> {
  const preparing = join(folder.path, "data.new");
  const passwordFile = join(folder.path, "password.new");
  await rm(preparing, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(preparing, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const owner = ownerOf(programs.runAs);
  if (owner !== undefined) {
    await chown(preparing, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  const program = join(programs.home, "bin", process.platform === "win32" ? "initdb.exe" : "initdb");
  const args = [
    ...["--pgdata", preparing, "--username", SUPERUSER, "--encoding", "UTF8", "--locale", "C", "--no-sync"],
    // Never "trust": it would let every local user in over TCP.
    ...["--auth", "scram-sha-256", "--pwfile", passwordFile],
  ];
  try {
    await runCommand(commandAs(programs.runAs, program, args), INITDB_MS_MAX);
    await rename(preparing, folder.data);
  } catch (error) {
    throw startFailed("the data directory could not be made", messageOf(error));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(preparing, { recursive: true, force: true });
  }
}

/** The folder of the server's socket: it alone may write there. */
export async function makeSocketFolder(folder: string, programs: ServerPrograms): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) === undefined) await mkdir(folder, { mode: 0o700 });
  const owner = ownerOf(programs.runAs);
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
}
