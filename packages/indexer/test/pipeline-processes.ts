/** Real processes of the pipeline: started, killed with -9, started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ProcessSettings } from "./pipeline-points.ts";

const MAIN = join(import.meta.dirname, "pipeline-main.ts");
/** Compiled modules of earlier processes, keyed by content. */
const COMPILE_CACHE = join(import.meta.dirname, "../../../node_modules/.cache/tenon-test-workers");
/** A long variant does more, beside whatever else the machine does: its waits are longer, what it asks for is the same. */
export const PATIENCE = process.env.TENON_LONG === undefined ? 1 : 5;
const START_MS_MAX = PATIENCE * 60_000;
const STOP_MS_MAX = PATIENCE * 20_000;

type Shared = Omit<ProcessSettings, "owner" | "roles" | "kill" | "plant">;

export class PipelineProcesses {
  /** Processes that were killed with -9, by us or by themselves at a named moment. */
  kills = 0;
  readonly said: string[] = [];
  readonly #shared: Shared;
  readonly #children = new Set<ChildProcess>();
  #born = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** Resolves when its roles run, or when it has ended before that. */
  async start(
    roles: ProcessSettings["roles"],
    more: Pick<ProcessSettings, "kill" | "plant"> = {},
  ): Promise<ChildProcess> {
    const settings: ProcessSettings = { ...this.#shared, ...more, roles, owner: `${roles.join("-")}-${this.#born++}` };
    const child = spawn(process.execPath, ["--conditions=@tenon/source", MAIN, JSON.stringify(settings)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#children.add(child);
    child.stderr.on("data", (text: Buffer) => this.said.push(String(text)));
    child.once("exit", (code, signal) => {
      this.#children.delete(child);
      if (signal === "SIGKILL") this.kills++;
      else if (code !== 0) this.said.push(`${settings.owner} ended with ${code}\n`);
    });
    const late = AbortSignal.timeout(START_MS_MAX);
    await Promise.race([once(child.stdout, "data", { signal: late }), once(child, "exit", { signal: late })]);
    return child;
  }

  /** Whether it has ended within a time. */
  async ends(child: ChildProcess, maxMs: number): Promise<boolean> {
    for (const untilMs = Date.now() + maxMs; Date.now() < untilMs; await pause(10)) if (hasEnded(child)) return true;
    return hasEnded(child);
  }

  async kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    if (!(await this.ends(child, STOP_MS_MAX))) throw new Error("a killed process is still there");
  }

  async stopAll(): Promise<void> {
    await Promise.all(
      [...this.#children].map(async (child) => {
        child.kill("SIGTERM");
        if (!(await this.ends(child, STOP_MS_MAX))) await this.kill(child);
      }),
    );
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
