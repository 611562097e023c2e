/** A process of our own that is started for a test, and ended or killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Starts a program of this folder with its settings; resolves when it has said something, or has ended. */
export async function startChild(program: string, settings: object): Promise<ChildProcess> {
  const main = join(import.meta.dirname, program);
  const child = spawn(process.execPath, ["--conditions=@tenon/source", main, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, "data"), once(child, "exit")]);
  return child;
}

/** Resolves when the process is gone, also one that went before. */
export async function endChild(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const ended = once(child, "exit");
  if ((child.exitCode ?? child.signalCode) !== null) return;
  child.kill(signal);
  await ended;
}
