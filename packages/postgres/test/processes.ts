/** Real processes for tests: started with a first line to wait for, ended by name of the test that started them. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isAlive } from "../src/embedded/keeper/postmaster-pid.ts";
import type { User } from "../src/embedded/keeper/run-as.ts";

/** Long, because the machine may be busy; a test that gets here has failed. */
const GONE_MS_MAX = 20_000;

export interface Sharer {
  readonly url: string;
  readonly kind: "started" | "joined";
  readonly pid: number;
  readonly process: ChildProcess;
}

/** Another process that shares the server of a folder. */
export async function startSharer(dataFolder: string, { lingerMs = 0, user }: { lingerMs?: number; user?: User } = {}) {
  const script = fileURLToPath(new URL("./sharer.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@tenon/source", script, dataFolder, String(lingerMs)], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: "/",
    ...user,
  });
  const line = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.once("exit", () => resolve('{"failed":"it ended"}'));
  });
  const said = JSON.parse(line) as Omit<Sharer, "process"> & { readonly failed?: string };
  if (said.failed !== undefined) throw new Error(`the other process failed: ${said.failed}`);
  return { ...said, process: child } satisfies Sharer;
}

export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** Waits for the end of a process that is not our child. */
export async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + GONE_MS_MAX;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
