/** Simulations over many seeds, one process per core, a chunk of seeds at a time. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SeedResult } from "./seeded-simulation.ts";

const CHUNK = 100;

export interface SeedsSummary {
  readonly seeds: number;
  readonly events: number;
  readonly kills: number;
  readonly fenced: number;
  readonly slowestCatchUpMs: number;
  readonly problems: readonly string[];
}

/** Runs `seeds` seeds from `from` on. `onChunk` is told from where a stopped run would go on, and what was wrong so far. */
export async function runSeeds(
  from: number,
  seeds: number,
  onChunk: (from: number, done: number, problems: readonly string[]) => void,
): Promise<SeedsSummary> {
  const end = from + seeds;
  const results: SeedResult[] = [];
  const open = new Set<number>();
  let next = from;
  const work = async () => {
    while (next < end) {
      const first = next;
      next = Math.min(end, first + CHUNK);
      open.add(first);
      results.push(...(await runChunk(first, next)));
      open.delete(first);
      onChunk(Math.min(next, ...open), results.length, problemsOf(results));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const total = (pick: (result: SeedResult) => number) => results.reduce((sum, result) => sum + pick(result), 0);
  return {
    seeds: results.length,
    events: total(({ events }) => events),
    kills: total(({ kills }) => kills),
    fenced: total(({ fenced }) => fenced),
    slowestCatchUpMs: results.reduce((most, { caughtUpAfterMs }) => Math.max(most, caughtUpAfterMs), 0),
    problems: problemsOf(results),
  };
}

function problemsOf(results: readonly SeedResult[]): readonly string[] {
  return results.flatMap(({ seed, problem }) => (problem === undefined ? [] : [`seed ${seed}: ${problem}`]));
}

async function runChunk(from: number, to: number): Promise<readonly SeedResult[]> {
  const main = join(import.meta.dirname, "seed-chunk.ts");
  const child = spawn(process.execPath, ["--conditions=@tenon/source", main, String(from), String(to)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const results: SeedResult[] = [];
  for await (const line of createInterface({ input: child.stdout })) results.push(JSON.parse(line) as SeedResult);
  if (results.length < to - from) {
    const seed = from + results.length;
    const lost = { seed, events: 0, kills: 0, fenced: 0, caughtUpAfterMs: 0 };
    return [...results, { ...lost, problem: `the process ended; seeds up to ${to - 1} did not run` }];
  }
  return results;
}
