import { runCli } from "../run-cli.ts";
import type { Terminal } from "../terminal.ts";
import type { Ended } from "./tenon.ts";
import { keptTerminal } from "./terminal.ts";

/** Runs a command line in the test's own process: without the start of another one, and over stores that the test holds. */
export async function runLine(line: string | readonly string[], over: Partial<Terminal> = {}): Promise<Ended> {
  const terminal = keptTerminal(over);
  const exitCode = await runCli(typeof line === "string" ? line.split(" ") : line, terminal);
  return { exitCode, ...terminal.said };
}
