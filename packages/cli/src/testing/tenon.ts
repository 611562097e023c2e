/** The command as a user starts it: a process of its own, from the launcher. */
import { execFile } from "node:child_process";
import { join } from "node:path";

export const LAUNCHER = join(import.meta.dirname, "../../bin/tenon.js");

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly talk: string;
}

export interface StartOptions {
  readonly folder?: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** For a command that has much to do. Default 55 s. */
  readonly runMsMax?: number;
}

/** Without colours, a terminal, or settings of whoever runs the tests. */
const CLEAN = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", NODE_OPTIONS: "" };

/** A command that hangs fails its test, and does not outlive it, ms. */
const RUN_MS_MAX = 55_000;

export function tenon(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const { folder = import.meta.dirname, input, environment = {}, node = process.execPath } = options;
  const { runMsMax = RUN_MS_MAX } = options;
  return new Promise((done) => {
    const child = execFile(
      node,
      [LAUNCHER, ...args],
      {
        cwd: folder,
        env: { ...CLEAN, ...environment },
        maxBuffer: 64 * 2 ** 20,
        timeout: runMsMax,
        killSignal: "SIGKILL",
      },
      (error, out, talk) => done({ exitCode: error === null ? 0 : Number(error.code ?? -1), out, talk }),
    );
    child.stdin?.end(input ?? "");
  });
}
