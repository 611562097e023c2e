/**
 * An ad server that starts from a base that is in its cache: a process of its own, from nothing to ready to answer. The first start
 * fills the cache and is not counted. Postgres holds the log; nothing else runs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { serverCpuMs } from "@tenon/storage-repo/testing";
import { atMost, type Part, rounded } from "../harness/report.ts";
import type { System } from "./system.ts";

const GOAL_MS = 2_000;
const READY_MS_MAX = 60_000;

interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** From the call that opens the host: without the start of Node and loading of modules. */
  readonly openMs: number;
}

export async function startUp(
  system: System,
  { ads, starts }: { readonly ads: number; readonly starts: number },
): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-start-"));
  try {
    const made: Start[] = [];
    for (let start = 0; start <= starts; start++) made.push(await oneStart(system, folder));
    const counted = made.slice(1);
    const [load = 0] = loadavg();
    const wallMs = median(counted.map((each) => each.wallMs));
    return {
      goals: [
        atMost("I6", `start of an ad server from a cached base, median of ${starts}, ms; ${ads} ads`, wallMs, GOAL_MS),
      ],
      rows: [
        {
          ...{ workload: "start of an ad server", ads, starts, wallMs: rounded(wallMs) },
          cpuMs: rounded(median(counted.map((each) => each.cpuMs))),
          withoutModulesMs: rounded(median(counted.map((each) => each.openMs))),
          loadAverage: rounded(load),
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneStart({ stores: { settings } }: System, folder: string): Promise<Start> {
  const options = { folder, indexStore: settings.objectStoreUrl, indexLog: settings.databaseUrl };
  const main = join(import.meta.dirname, "admixer-main.ts");
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["--conditions=@tenon/source", main, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
    // As the command line does, which is plain JavaScript: code is kept compiled between starts, also that of the first module.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
  });
  const late = AbortSignal.timeout(READY_MS_MAX);
  const [first] = await Promise.race([
    once(child.stdout, "data", { signal: late }),
    once(child, "exit", { signal: late }),
  ]);
  if (typeof first === "number") throw new Error(`the ad server ended with ${first}`);
  const start = {
    wallMs: performance.now() - startedMs,
    cpuMs: serverCpuMs({ pid: child.pid as number }),
    openMs: (JSON.parse(String(first)) as { readonly total: number }).total,
  };
  const ended = once(child, "exit");
  child.stdin.end();
  await ended;
  return start;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}
