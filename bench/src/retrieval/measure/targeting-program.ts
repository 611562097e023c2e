/** The measurement of targeting that the index package has itself, in a process of its own: its index is no public export. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("../../../../packages/ad-index/bench/measure-targeting.ts", import.meta.url));
const MEASURE_MAX_MS = 900_000;

/** What the bench reads of its figures; the rest is printed as it comes. */
export interface TargetingFigures extends Readonly<Record<string, number>> {
  readonly usersPerSecond: number;
  readonly bruteForceUsersPerSecond: number;
  readonly mismatches: number;
  readonly buildMs: number;
}

const NEEDED = ["usersPerSecond", "bruteForceUsersPerSecond", "mismatches", "buildMs"];

export async function measuredTargeting(ads: number): Promise<TargetingFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, PROGRAM, `${ads}`], {
    timeout: MEASURE_MAX_MS,
  });
  return figuresOf(stdout);
}

/** Lines of a name and a number. Throws when one that the bench needs is missing. */
export function figuresOf(text: string): TargetingFigures {
  const figures = Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .map(([name, value]) => [name, Number(value)]),
  );
  for (const name of NEEDED)
    if (!Number.isFinite(figures[name])) throw new Error(`the measurement of targeting does not say "${name}"`);
  return figures as TargetingFigures;
}
