/**
 * `npm run bench -- <suite> [--quick] [--json] [--resume]`: the parts of a suite one after the other, each in a process of its
 * own with the settings that production uses. `--resume` keeps what each part measured and leaves out the parts that an earlier
 * run with it has finished, so that a long run can be taken up again.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Part, printReport, type Report, type SuiteOptions } from "./harness/report.ts";

interface Suite {
  readonly parts: readonly string[];
  readonly runPart: (name: string, options: SuiteOptions) => Promise<Part>;
  /** Longest time of one part, ms; unlimited when absent. */
  readonly partMsMax?: (options: SuiteOptions) => number;
  /** What stands for a part that failed or took too long; absent: the run fails with it. */
  readonly partMissing?: (name: string, reason: string) => Part;
}

const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  graph: () => import("./graph/suite.ts"),
  admixer: () => import("./admixer/suite.ts"),
  cli: () => import("./cli/suite.ts"),
  devrun: () => import("./devrun/suite.ts"),
  streams: () => import("./streams/suite.ts"),
  indexing: () => import("./indexing/suite.ts"),
  retrieval: () => import("./retrieval/suite.ts"),
};

/**
 * Young generation, MB. The least holds a measurement of allocation without a collection and still fits a cache; the
 * most is what a serving process gives itself.
 */
const SEMI_SPACE_MB = { least: 16, most: 128 };
/** A part that measures allocation runs far without a collection, MB. */
const UNCOLLECTED_MB = 256;
/** What a part may print. */
const REPORT_BYTES_MAX = 64 << 20;
/** Exit codes of every command: 1 a goal was missed, 2 wrong usage, 4 the bench itself failed. */
const EXIT = { usage: 2, internal: 4 };
/** Parts that `--resume` may leave out, by suite. */
const KEPT = fileURLToPath(new URL("../../.tenon/bench/parts/", import.meta.url));

function inProcessOfItsOwn(suite: string, part: string, args: readonly string[], msMax: number | undefined): Part {
  const { least, most } = part === "garbage" ? { least: UNCOLLECTED_MB, most: UNCOLLECTED_MB } : SEMI_SPACE_MB;
  const flags = [
    "--conditions=@tenon/source",
    `--min-semi-space-size=${least}`,
    `--max-semi-space-size=${most}`,
    "--expose-gc",
  ];
  const env = { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "" };
  const command = [
    ...flags,
    fileURLToPath(import.meta.url),
    suite,
    `--part=${part}`,
    ...args.filter((arg) => arg === "--quick"),
  ];
  const child = spawnSync(process.execPath, command, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: msMax,
    maxBuffer: REPORT_BYTES_MAX,
  });
  if (child.status !== 0) {
    const late = (child.error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT";
    const how = late ? `it took longer than ${(msMax ?? 0) / 1_000} s` : `exit code ${child.status ?? child.signal}`;
    throw new Error(`part "${part}" of suite "${suite}" failed: ${how}`);
  }
  return JSON.parse(child.stdout) as Part;
}

/** Takes a part from an earlier run that was kept, or measures and keeps it. */
function resumed(file: string, measure: () => Part): Part {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Part;
  const part = measure();
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(part));
  return part;
}

async function main(args: readonly string[]): Promise<number> {
  const suite = args.find((arg) => !arg.startsWith("--")) ?? "";
  const load = SUITES[suite];
  if (load === undefined) {
    process.stderr.write(
      `usage: npm run bench -- <suite> [--quick] [--json] [--resume]\nsuites: ${Object.keys(SUITES).join(", ")}\n`,
    );
    return EXIT.usage;
  }
  const { parts, runPart, partMsMax, partMissing } = await load();
  const options: SuiteOptions = { quick: args.includes("--quick") };
  const part = args.find((arg) => arg.startsWith("--part="))?.slice("--part=".length);
  if (part !== undefined) {
    process.stdout.write(JSON.stringify(await runPart(part, options)));
    return 0;
  }
  const kept = join(KEPT, `${suite}-${options.quick ? "quick" : "full"}`);
  const measurePart = (name: string): Part => {
    const measure = () => inProcessOfItsOwn(suite, name, args, partMsMax?.(options));
    try {
      return args.includes("--resume") ? resumed(join(kept, `${name}.json`), measure) : measure();
    } catch (error) {
      if (partMissing === undefined) throw error;
      return partMissing(name, (error as Error).message);
    }
  };
  const measured: Part[] = [];
  for (const name of parts) {
    if (process.stderr.isTTY) process.stderr.write(`${suite}: ${name}\n`);
    measured.push(measurePart(name));
  }
  // A whole run is done; the next one measures again.
  rmSync(kept, { recursive: true, force: true });
  const report: Report = {
    suite,
    goals: measured.flatMap(({ goals }) => goals),
    rows: measured.flatMap(({ rows }) => rows),
  };
  printReport(report, args.includes("--json"));
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.internal;
  },
);
