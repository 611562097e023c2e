/** One run of the server: started, watched until it is ready, stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { copyFile, open, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ServerPrograms } from "./choose-server.ts";
import type { DataFolder } from "./data-folder.ts";
import { readPostmasterPid } from "./postmaster-pid.ts";
import { commandAs } from "./run-as.ts";

const POLL_MS = 5;
/** Replaying what a crash left in the log can take this long with our settings. */
const READY_MS_MAX = 120_000;
/** Sessions are ended and a checkpoint is written. */
const FAST_STOP_MS_MAX = 10_000;
/** Nothing is written: the next start replays the log. */
const QUIT_MS_MAX = 5_000;
const LOG_BYTES_MAX = 10_000_000;
const LOG_TAIL_BYTES = 2_000;

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  stop(): Promise<ServerExit>;
}

/** A start that came to nothing, with the end of what the server said. */
export class NotStarted extends Error {}

/** Resolves when the server takes connections. */
export async function startServer(
  folder: DataFolder,
  programs: ServerPrograms,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  await shortenLog(folder);
  const logFrom = (await stat(folder.log).catch(() => undefined))?.size ?? 0;
  const program = join(programs.home, "bin", process.platform === "win32" ? "postgres.exe" : "postgres");
  const args = ["-D", folder.data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const command = commandAs(programs.runAs, program, args);
  const log = openSync(folder.log, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command.file, [...command.args], { ...command.options, stdio: ["ignore", log, log] });
  } finally {
    closeSync(log);
  }
  const exited = new Promise<ServerExit>((resolve) => {
    child.once("error", () => resolve({ code: 1, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const { pid } = child;
  if (pid === undefined) throw new NotStarted(`${command.file} cannot be run`);
  const server: ServerProcess = { pid, exited, stop: () => stopServer(child, exited) };
  const deadline = performance.now() + READY_MS_MAX;
  for (;;) {
    const postmaster = await readPostmasterPid(folder.data);
    if (postmaster?.pid === pid && postmaster.ready) return server;
    if (child.exitCode !== null || child.signalCode !== null) throw new NotStarted(await tail(folder.log, logFrom));
    if (performance.now() > deadline) {
      await server.stop();
      throw new NotStarted(`not ready after ${READY_MS_MAX} ms\n${await tail(folder.log, logFrom)}`);
    }
    await wait(POLL_MS);
  }
}

async function stopServer(child: ChildProcess, exited: Promise<ServerExit>): Promise<ServerExit> {
  for (const [signal, msMax] of [
    ["SIGINT", FAST_STOP_MS_MAX],
    ["SIGQUIT", QUIT_MS_MAX],
    ["SIGKILL", QUIT_MS_MAX],
  ] as const) {
    child.kill(signal);
    const waited = new AbortController();
    const late = wait(msMax, undefined, { signal: waited.signal }).catch(() => undefined);
    const exit = await Promise.race([exited, late]);
    waited.abort();
    if (exit !== undefined) return exit;
  }
  return exited;
}

/**
 * A server that runs for months in trouble must not fill the disk. The log is opened for appending, so it can be cut while
 * it is written; lines between the copy and the cut are lost.
 */
export async function shortenLog(folder: DataFolder, bytesMax = LOG_BYTES_MAX): Promise<void> {
  const { size } = (await stat(folder.log).catch(() => undefined)) ?? { size: 0 };
  if (size <= bytesMax) return;
  await copyFile(folder.log, join(folder.path, "postgres.old.log"));
  await truncate(folder.log);
}

async function tail(path: string, from: number): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - start)), 0, null, start);
    return buffer.toString("utf8", 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
