/**
 * `npm run bench -- <suite> [--quick] [--json]`: the parts of a suite one after the other, each in a process of its own
 * with the settings that production uses.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Part, printReport, type Report, type SuiteOptions } from "./harness/report.ts";

interface Suite {
  readonly parts: readonly string[];
  readonly runPart: (name: string, options: SuiteOptions) => Promise<Part>;
}

const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  graph: () => import("./graph/suite.ts"),
  admixer: () => import("./admixer/suite.ts"),
  cli: () => import("./cli/suite.ts"),
  streams: () => import("./streams/suite.ts"),
};

/**
 * Young generation, MB. The least holds a measurement of allocation without a collection and still fits a cache; the
 * most is what a serving process gives itself.
 */
const SEMI_SPACE_MB = { least: 16, most: 128 };
/** A part that measures allocation runs far without a collection, MB. */
const UNCOLLECTED_MB = 256;
/** Exit codes of every command: 1 a goal was missed, 2 wrong usage, 4 the bench itself failed. */
const EXIT = { usage: 2, internal: 4 };

function inProcessOfItsOwn(suite: string, part: string, args: readonly string[]): Part {
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
  const child = spawnSync(process.execPath, command, { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (child.status !== 0) throw new Error(`part "${part}" of suite "${suite}" failed with exit code ${child.status}`);
  return JSON.parse(child.stdout) as Part;
}

async function main(args: readonly string[]): Promise<number> {
  const suite = args.find((arg) => !arg.startsWith("--")) ?? "";
  const load = SUITES[suite];
  if (load === undefined) {
    process.stderr.write(
      `usage: npm run bench -- <suite> [--quick] [--json]\nsuites: ${Object.keys(SUITES).join(", ")}\n`,
    );
    return EXIT.usage;
  }
  const { parts, runPart } = await load();
  const part = args.find((arg) => arg.startsWith("--part="))?.slice("--part=".length);
  if (part !== undefined) {
    process.stdout.write(JSON.stringify(await runPart(part, { quick: args.includes("--quick") })));
    return 0;
  }
  const measured: Part[] = [];
  for (const name of parts) {
    if (process.stderr.isTTY) process.stderr.write(`${suite}: ${name}\n`);
    measured.push(inProcessOfItsOwn(suite, name, args));
  }
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
