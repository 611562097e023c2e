/** Measurements that the index package has itself, each in a process of its own: the parts of its index are no public exports. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const MEASURE_MAX_MS = 900_000;

/** What the bench reads of its figures; the rest is printed as it comes. */
export interface TargetingFigures extends Readonly<Record<string, number>> {
  readonly usersPerSecond: number;
  readonly bruteForceUsersPerSecond: number;
  readonly mismatches: number;
  readonly buildMs: number;
}

const NEEDED = ["usersPerSecond", "bruteForceUsersPerSecond", "mismatches", "buildMs"];

/** What a whole base costs. Parts and times are printed as they come. */
export interface BaseFigures extends Readonly<Record<string, number>> {
  readonly fileBytesPerAd: number;
  readonly loadMs: number;
}

const NEEDED_OF_BASE = ["fileBytesPerAd", "loadMs"];

export async function measuredTargeting(ads: number): Promise<TargetingFigures> {
  return figuresOf(await printed("measure-targeting.ts", ads), NEEDED) as TargetingFigures;
}

export async function measuredBase(ads: number): Promise<BaseFigures> {
  return figuresOf(await printed("measure-base.ts", ads), NEEDED_OF_BASE) as BaseFigures;
}

async function printed(program: string, ads: number): Promise<string> {
  const path = fileURLToPath(new URL(`../../../../packages/ad-index/bench/${program}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, path, `${ads}`], {
    timeout: MEASURE_MAX_MS,
  });
  return stdout;
}

/** Lines of a name and a number. Throws when one of `needed` is missing. */
export function figuresOf(text: string, needed: readonly string[]): Readonly<Record<string, number>> {
  const figures = Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .map(([name, value]) => [name, Number(value)]),
  );
  for (const name of needed)
    if (!Number.isFinite(figures[name])) throw new Error(`the measurement does not say "${name}"`);
  return figures as Readonly<Record<string, number>>;
}
