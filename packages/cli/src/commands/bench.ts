import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { projectOf } from "../project/project-of.ts";
import type { Terminal } from "../terminal.ts";

export interface BenchOptions {
  readonly project?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const BENCH_FILE = "bench/src/main.ts";

/**
 * `tenon bench <suite>`: measured in a process of its own, so that nothing of this one is measured too. Its output goes
 * straight to ours; its exit code is ours.
 */
export async function bench(suite: string, options: BenchOptions, terminal: Terminal): Promise<ExitCode> {
  const { root } = projectOf(options, terminal);
  const file = join(root, BENCH_FILE);
  if (!existsSync(file)) {
    throw cliError("missingProgram", {
      message: "the project has no benchmarks",
      detail: `${BENCH_FILE} is not there`,
      hint: "benchmarks come with a checkout of Tenon",
    });
  }
  const flags = [...(options.quick ? ["--quick"] : []), ...(options.json ? ["--json"] : [])];
  const child = spawn(process.execPath, ["--conditions=@tenon/source", file, suite, ...flags], {
    cwd: root,
    stdio: "inherit",
  });
  const status = await new Promise<number | null>((done, failed) => child.on("close", done).on("error", failed));
  return isExitCode(status) ? status : ExitCode.internal;
}

function isExitCode(status: number | null): status is ExitCode {
  return Object.values(ExitCode).includes(status as ExitCode);
}
