/**
 * How long a person waits for the command: from the start of a process to its end, by the clock on the wall, the commands
 * in turn within each round. Compiled code is kept in a folder of the run's own, as it is between any two starts; the
 * very first start has a row of its own. `node` alone is what none of it can be faster than.
 * Not measured here: `npx` and `npm run`, which take longer than the command itself, and a disk that has not yet read the files.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../harness/interleave.ts";
import { atMost, type Part, type Row, rounded, type SuiteOptions } from "../harness/report.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const LAUNCHER = join(ROOT, "packages/cli/bin/tenon.js");
/** What nobody notices as waiting, ms. */
const VERSION_MAX_MS = 150;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "node alone": ["-e", "0"],
  "tenon --version": [LAUNCHER, "--version"],
  "tenon check --no-types": [LAUNCHER, "check", "--no-types"],
};

interface Amounts {
  readonly rounds: number;
  readonly firstStarts: number;
}

const QUICK: Amounts = { rounds: 15, firstStarts: 3 };
const FULL: Amounts = { rounds: 41, firstStarts: 9 };

/** Milliseconds that a process takes; a command that fails is no measurement. */
function runMs(command: readonly string[], cacheFolder: string): number {
  const env = { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "", NODE_COMPILE_CACHE: cacheFolder };
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, env, encoding: "utf8" });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`"${command.join(" ")}" failed with exit code ${status}: ${stderr}`);
  return tookMs;
}

function withFolder<Value>(use: (folder: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-cli-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(workload: string, ms: readonly number[]): Row {
  return {
    workload,
    medianMs: rounded(median(ms)),
    leastMs: rounded(Math.min(...ms)),
    mostMs: rounded(Math.max(...ms)),
    runs: ms.length,
  };
}

function startUp({ rounds, firstStarts }: Amounts): Part {
  const took = new Map<string, number[]>(Object.keys(COMMANDS).map((name) => [name, []]));
  withFolder((folder) => {
    for (const command of Object.values(COMMANDS)) runMs(command, folder);
    for (let round = 0; round < rounds; round++)
      for (const [name, command] of Object.entries(COMMANDS)) took.get(name)?.push(runMs(command, folder));
  });
  const version = took.get("tenon --version") as number[];
  const first = Array.from({ length: firstStarts }, () =>
    withFolder((folder) => runMs(COMMANDS["tenon --version"] as readonly string[], folder)),
  );
  return {
    goals: [atMost("version", "tenon --version: start to end, median ms", median(version), VERSION_MAX_MS)],
    rows: [...[...took].map(([name, ms]) => rowOf(name, ms)), rowOf("tenon --version, the first time", first)],
  };
}

export const parts: readonly string[] = ["startUp"];

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  if (name !== "startUp") throw new Error(`suite cli has no part "${name}"; parts: ${parts.join(", ")}`);
  return Promise.resolve(startUp(quick ? QUICK : FULL));
}
