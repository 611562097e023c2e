/**
 * `npm run bench -- <suite> [--quick] [--json]`: one suite, measured in a process of its own with the settings that
 * production uses, so that one suite cannot slow another.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { printReport, type Report, type SuiteOptions } from "./harness/report.ts";

const SUITES: Readonly<Record<string, () => Promise<{ run(options: SuiteOptions): Promise<Report> }>>> = {
  graph: () => import("./graph/suite.ts"),
};

/** Young generation large enough that a batch is not a measurement of its collector, MB; from the start, not grown into. */
const SEMI_SPACE_MB = 256;
const CHILD = "TENON_BENCH_CHILD";

const args = process.argv.slice(2);
const suite = args.find((arg) => !arg.startsWith("--")) ?? "";
const load = SUITES[suite];

if (load === undefined) {
  process.stderr.write(`usage: npm run bench -- <suite> [--quick] [--json]\nsuites: ${Object.keys(SUITES).join(", ")}\n`);
  process.exitCode = 2;
} else if (process.env[CHILD] === undefined) {
  const flags = ["--conditions=@tenon/source", `--min-semi-space-size=${SEMI_SPACE_MB}`, `--max-semi-space-size=${SEMI_SPACE_MB}`, "--expose-gc"];
  const env = { ...process.env, [CHILD]: "1", NODE_ENV: "production", NODE_OPTIONS: "" };
  const child = spawnSync(process.execPath, [...flags, fileURLToPath(import.meta.url), ...args], { stdio: "inherit", env });
  process.exitCode = child.status ?? 4;
} else {
  const { run } = await load();
  printReport(await run({ quick: args.includes("--quick") }), args.includes("--json"));
}
