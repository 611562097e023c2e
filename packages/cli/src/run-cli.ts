import { CommanderError } from "commander";
import { ExitCode } from "./exit-code.ts";
import { reportError } from "./output/report-error.ts";
import { createProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Runs one command line and says how it went. Never throws: whatever happens ends in words and an exit code.
 *
 * @param args what stands after `tenon`
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.pass;
  const program = createProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander reports `--help` and `--version` as errors, too.
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.pass;
    return reportError(error, { json: args.includes("--json"), terminal });
  }
}
