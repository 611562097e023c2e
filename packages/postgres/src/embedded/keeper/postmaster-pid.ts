/** `postmaster.pid`, by which Postgres keeps two servers off one data directory, and what it says about a dead one. */
import { execFile } from "node:child_process";
import { readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type DataFolder, readJson } from "./data-folder.ts";
import { LaunchFailure } from "./launch-failure.ts";

const POLL_MS = 20;
/** A fast stop writes a checkpoint: seconds on a slow disk. */
const ORPHAN_FAST_MS_MAX = 20_000;
const ORPHAN_QUIT_MS_MAX = 10_000;

/** Lines of the file, as Postgres's `pidfile.h` numbers them. */
export interface PostmasterPid {
  readonly pid: number;
  readonly ready: boolean;
}

export async function readPostmasterPid(data: string): Promise<PostmasterPid | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const pid = Math.abs(Number.parseInt(lines[0] ?? "", 10));
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: (lines[7] ?? "").trim() === "ready" } : undefined;
}

/**
 * Clears the way for a new server. A dead server's file stays for Postgres to judge. A file whose number now belongs to
 * a process that is no server of this folder is removed: Postgres would take it for a living server. A server of ours
 * that lost its keeper is stopped.
 *
 * @throws LaunchFailure TENON1519 when a server that somebody else started uses the folder
 */
export async function clearPostmaster(folder: DataFolder): Promise<void> {
  const found = await readPostmasterPid(folder.data);
  if (found === undefined || !isAlive(found.pid)) return;
  if (!(await isServerOf(folder.data, found.pid))) {
    await rm(join(folder.data, "postmaster.pid"), { force: true });
    return;
  }
  const { pid } = await readJson<{ pid?: number }>(folder.server, {});
  if (pid === found.pid) return stopOrphan(found.pid);
  throw new LaunchFailure({
    code: "TENON1519",
    category: "resource",
    message: `the data in "${folder.path}" is in use by a server that was started otherwise`,
    detail: `its process is ${found.pid}`,
    hint: "stop that server, or name it with DATABASE_URL",
  });
}

async function stopOrphan(pid: number): Promise<void> {
  for (const [signal, msMax] of [
    ["SIGINT", ORPHAN_FAST_MS_MAX],
    ["SIGQUIT", ORPHAN_QUIT_MS_MAX],
  ] as const) {
    kill(pid, signal);
    const deadline = performance.now() + msMax;
    while (isAlive(pid) && performance.now() < deadline) await wait(POLL_MS);
    if (!isAlive(pid)) return;
  }
  kill(pid, "SIGKILL");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and is another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process is a Postgres server that works in a data directory. */
export async function isServerOf(data: string, pid: number): Promise<boolean> {
  if (process.platform === "linux") {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (folder !== undefined) return folder === data && /postgres/.test(await commandLine(pid));
  }
  return /postgres/.test(await commandLine(pid));
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  // Windows has no `ps`: a living process is then taken for a server, which is the safe mistake.
  if (process.platform === "win32") return "postgres";
  return new Promise((resolve) => {
    execFile("ps", ["-o", "command=", "-p", String(pid)], (_error, stdout) => resolve(stdout));
  });
}
