/**
 * Base builds of filled repositories: documents per second of the processor, from the repository to files that are published. One
 * thread derives and assembles. Its start is in the goal, and in a row of its own: what is left is what more ads would cost.
 */
import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { atLeast, type Part, rounded } from "../harness/report.ts";
import { startUp } from "./start-up.ts";
import { startSystem } from "./system.ts";

export interface BaseBuildAmounts {
  /** Ads of each repository, ascending. The goal is told of the last. */
  readonly sizes: readonly number[];
  /** Starts of an ad server from the largest base; 0: none. */
  readonly starts: number;
}

const GOAL_PER_CORE_SECOND = 5_000;
const BUILD_MS_MAX = 600_000;

export async function baseBuild({ sizes, starts }: BaseBuildAmounts): Promise<Part> {
  const parts: Part[] = [];
  for (const ads of sizes) parts.push(await buildOf(ads, ads === sizes.at(-1) ? starts : 0));
  return { goals: parts.at(-1)?.goals ?? [], rows: parts.flatMap(({ rows }) => rows) };
}

async function buildOf(ads: number, starts: number): Promise<Part> {
  const system = await startSystem(ads);
  try {
    await system.start(["batch"]);
    const before = system.cpu();
    const id = await system.stores.runs.ask({ workflow: "base-build" });
    const result = await resultOf(system.stores.runs, id as number);
    const spent = (role: string) =>
      (system.cpu().find((each) => each.role === role)?.ms ?? 0) - (before.find((each) => each.role === role)?.ms ?? 0);
    const [buildMs, postgresMs] = [spent("batch"), spent("postgres")];
    const startMs = Number(result["startCpuMs"]);
    // The marketplace may have fewer ads than were asked for.
    const built = Number(result["ads"]);
    const [load = 0] = loadavg();
    await system.kill(["batch"]);
    const started = starts === 0 ? { goals: [], rows: [] } : await startUp(system, { ads: built, starts });
    return {
      goals: [
        atLeast(
          "I3",
          `documents per second of the building process's CPU, its thread's start included; ${built} ads, 1 thread`,
          (1_000 * built) / buildMs,
          GOAL_PER_CORE_SECOND,
        ),
        ...started.goals,
      ],
      rows: [
        {
          ...{ workload: "base build", ads: built, buildCpuMs: rounded(buildMs), postgresCpuMs: rounded(postgresMs) },
          ...{ threadStartCpuMs: startMs, documentsPerCpuSecond: rounded((1_000 * built) / buildMs) },
          documentsPerCpuSecondAfterStart: rounded((1_000 * built) / (buildMs - startMs)),
          ...{
            deriveMs: Number(result["deriveMs"]),
            publishMs: Number(result["publishMs"]),
            loadAverage: rounded(load),
          },
        },
        {
          workload: "first load",
          documents: system.filled.documents,
          seconds: rounded(system.filled.seconds),
          nodeCpuMs: rounded(system.filled.nodeCpuMs),
        },
        ...started.rows,
      ],
    };
  } finally {
    await system.stop();
  }
}

async function resultOf(
  runs: Awaited<ReturnType<typeof startSystem>>["stores"]["runs"],
  id: number,
): Promise<Readonly<Record<string, unknown>>> {
  for (const untilMs = performance.now() + BUILD_MS_MAX; performance.now() < untilMs; await pause(20)) {
    const run = (await runs.runs({ workflow: "base-build", runsMax: 10 })).find((each) => each.id === id);
    if (run?.state === "done" && run.result !== null) return run.result;
    if (run?.state === "failed") throw new Error(`the base was not built: ${run.error}`);
  }
  throw new Error(`the base was not built in ${BUILD_MS_MAX / 1_000} s`);
}
